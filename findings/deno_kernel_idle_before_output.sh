#!/bin/sh
# Deno 2.9.6, `deno jupyter`: the kernel says that a cell has ended ("idle") before it has sent the cell's last output.
#
# The messaging protocol of Jupyter gives "idle" after all outputs of a request. The Deno kernel evaluates cells in
# one thread and sends from another; outputs wait in a queue there, and neither the reply nor "idle" waits for the
# queue. JupyterLab still shows a late output. nbclient (`jupyter nbconvert --execute`) stops collecting at "idle" and
# loses it. A cell that waits some milliseconds after its last output does not lose it.
#
# Installs deno 2.9.6 from npm and jupyter_client 8.10.0 from PyPI into a temporary folder, and runs 100 cells with three
# outputs of 200 kB each, with and without a wait of 100 ms. Ends with 1 when no cell is early without the wait
# (then the behaviour has changed), or when it takes more than 2 of 100 with it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund deno@2.9.6
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jupyter_client==8.10.0
mkdir -p kernels/deno
cat > kernels/deno/kernel.json <<JSON
{"argv": ["$folder/node_modules/.bin/deno", "jupyter", "--kernel", "--conn", "{connection_file}"],
 "display_name": "Deno", "language": "typescript"}
JSON
cat > order.py <<'PY'
import sys
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="deno", startup_timeout=300)
output = "await Deno.jupyter.broadcast('display_data', " \
    "{ data: { 'text/plain': 'x'.repeat(200000) }, metadata: {}, transient: {} });"
wait = "await new Promise((resolve) => setTimeout(resolve, 100));"
def early_cells(code):
    early = 0
    for _ in range(100):
        request = client.execute(code)
        shown, at_idle = 0, None
        while shown < 3 or at_idle is None:
            message = client.get_iopub_msg(timeout=120)
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "display_data":
                shown += 1
            if message["content"].get("execution_state") == "idle":
                at_idle = shown
        early += at_idle < 3
    return early
without, waited = early_cells(3 * output), early_cells(3 * output + wait)
print(f"idle before the last output in {without} of 100 cells, with a wait in {waited}")
client.stop_channels()
manager.shutdown_kernel(now=True)
sys.exit(0 if without > 0 and waited <= 2 else 1)
PY
JUPYTER_PATH="$folder" NO_COLOR=1 venv/bin/python order.py
echo "as seen in November 2026"
