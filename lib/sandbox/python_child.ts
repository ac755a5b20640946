/**
 * The process in which Python runs: reads one list of jobs a line, answers with one list of results. It may read the package of
 * Pyodide and has no other permission.
 *
 * @module
 */
import type * as Pyodide from "pyodide";
import { type SandboxJob, USUAL_LIMITS } from "./job.ts";
import { inputLines, writeLine } from "./lines.ts";

// Not a literal, so that only this process downloads the package.
const PYODIDE_PACKAGE: string = "pyodide";

/** A step limit of 1 is this many lines of Python: as long a time, about, as for JavaScript. */
const LINES_PER_STEP = 1000;

const SET_UP = `
import io, json, sys, time

class _Late(BaseException): pass
class _Full(BaseException): pass

class _Printed(io.TextIOBase):
    def __init__(self, left):
        self.left, self.parts = left, []
    def write(self, text):
        self.left -= len(text)
        if self.left < 0: raise _Full()
        self.parts.append(text)
        return len(text)

def _literal(value):
    if isinstance(value, dict):
        return "{" + ", ".join(sorted(_literal(k) + ": " + _literal(v) for k, v in value.items())) + "}"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(_literal(v) for v in value)) + "}" if value else "set()"
    if isinstance(value, list):
        return "[" + ", ".join(_literal(v) for v in value) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(_literal(v) for v in value) + ("," if len(value) == 1 else "") + ")"
    return repr(value)

def _line(error):
    try: return " ".join((type(error).__name__ + ": " + str(error)).split())[:200]
    except BaseException: return type(error).__name__

def _guarded(work, limits):
    printed, keep, counted = _Printed(limits["outputCharacters"]), sys.stdout, [0]
    deadline, most = time.monotonic() + limits["timeMs"] / 1000, limits["lines"]
    def trace(frame, event, arg):
        counted[0] += 1
        if counted[0] > most or (counted[0] % 512 == 0 and time.monotonic() > deadline): raise _Late()
        return trace
    outcome = {}
    sys.stdout = printed
    sys.settrace(trace)
    try:
        outcome = work()
    except _Late: outcome = {"status": "time"}
    except _Full: outcome = {"status": "output"}
    except MemoryError: outcome = {"status": "memory"}
    except RecursionError: outcome = {"status": "stack"}
    except SyntaxError as error: outcome = {"status": "syntax", "message": _line(error)}
    except BaseException as error: outcome = {"status": "throw", "message": _line(error)}
    finally:
        sys.settrace(None)
        sys.stdout = keep
    if counted[0] > most and outcome.get("status") == "throw": outcome = {"status": "time"}
    if printed.parts: outcome["printed"] = "".join(printed.parts)
    return outcome

def _run(text):
    job = json.loads(text)
    limits, space = job["limits"], {"__name__": "program"}
    def define():
        exec(compile(job.get("prelude", ""), "prelude.py", "exec"), space)
        exec(compile(job["code"], "program.py", "exec"), space)
        return {"status": "ran"}
    result = _guarded(define, limits)
    result.pop("printed", None)
    result["calls"] = []
    if result["status"] != "ran": return json.dumps(result)
    counter = job.get("counter")
    for call in job["calls"]:
        calls = result["calls"]
        if job.get("stopAtFailure") and calls and calls[-1]["status"] != "value":
            calls.append({"status": "skipped"})
            continue
        if counter: space[counter] = 0
        def work():
            expression = "(" + call["entry"] + ")(" + ", ".join(call["args"]) + ")"
            value = _literal(eval(expression, space))
            if len(value) > limits["outputCharacters"]: raise _Full()
            return {"status": "value", "value": value}
        outcome = _guarded(work, limits)
        if outcome["status"] == "syntax": outcome["status"] = "throw"
        if counter and isinstance(space.get(counter), (int, float)): outcome["count"] = space[counter]
        calls.append(outcome)
    return json.dumps(result)
`;

if (import.meta.main) {
  const { loadPyodide }: typeof Pyodide = await import(PYODIDE_PACKAGE);
  const python = await loadPyodide({ stdout: () => {}, stderr: () => {} });
  python.runPython(SET_UP);
  const run = python.globals.get("_run") as (job: string) => string;
  for await (const line of inputLines()) {
    const results: string[] = [];
    for (const job of JSON.parse(line) as SandboxJob[]) {
      const limits = { ...USUAL_LIMITS, ...job.limits };
      const asked = { ...job, limits: { ...limits, lines: limits.steps * LINES_PER_STEP } };
      // Where Python itself fails, its process ends and is replaced: its memory is in no known state.
      results.push(run(JSON.stringify(asked)));
    }
    await writeLine(`[${results.join(",")}]`);
  }
}
