"""Training steps of a LLaMA-shaped decoder in PyTorch, eager, on the CPU: the peer of `training.ts`.

Started with the path of a JSON file: sizes, optimiser, threads, and the name of a file with all parameters in a row
(float32, in the order of `tensors`), then tokens and targets (int32). After one line about the library, each line that
is read, a number of steps, is answered by one: seconds, loss of the first of them, norm of its gradient.
"""

import ctypes
import json
import sys
import time

import torch
import torch.nn.functional as F

with open(sys.argv[1]) as file:
    job = json.load(file)
config, optimizer = job["config"], job["optimizer"]
torch.set_num_threads(job["threads"])
rows, length = job["rows"], job["length"]
layers, width = config["num_hidden_layers"], config["hidden_size"]
heads, groups, d = config["num_attention_heads"], config["num_key_value_heads"], config["head_dim"]

with open(job["data"], "rb") as file:
    data = bytearray(file.read())
parameters, offset = {}, 0
for name, shape in job["tensors"]:
    size = 1
    for side in shape:
        size *= side
    flat = torch.frombuffer(data, dtype=torch.float32, count=size, offset=offset)
    parameters[name] = flat.clone().reshape(shape).requires_grad_()
    offset += 4 * size
integers = torch.frombuffer(data, dtype=torch.int32, offset=offset).long()
tokens, targets = integers.reshape(2, rows, length)

matrices = [p for p in parameters.values() if p.dim() > 1]
norms = [p for p in parameters.values() if p.dim() == 1]
adamw = torch.optim.AdamW(
    [
        {"params": matrices, "weight_decay": optimizer["weightDecay"]},
        {"params": norms, "weight_decay": 0.0},
    ],
    lr=job["learningRate"],
    betas=(optimizer["beta1"], optimizer["beta2"]),
    eps=optimizer["epsilon"],
    foreach=True,
)

# The tables of the rotary embedding, and what hides the keys behind a query.
frequencies = config["rope_theta"] ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
angles = torch.outer(torch.arange(length, dtype=torch.float64), frequencies)
cos = torch.cat([angles.cos()] * 2, -1).float()
sin = torch.cat([angles.sin()] * 2, -1).float()
mask = torch.full((length, length), float("-inf")).triu(1)


def norm(x, gain):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + config["rms_norm_eps"]) * gain


def turn(x):
    left, right = x.chunk(2, -1)
    return x * cos + torch.cat([-right, left], -1) * sin


def loss_of(p):
    x = F.embedding(tokens, p["model.embed_tokens.weight"])
    for index in range(layers):
        part = lambda name: p[f"model.layers.{index}.{name}.weight"]
        y = norm(x, part("input_layernorm"))
        split = lambda z, count: z.view(rows, length, count, d).transpose(1, 2)
        q = turn(split(F.linear(y, part("self_attn.q_proj")), heads))
        k = turn(split(F.linear(y, part("self_attn.k_proj")), groups))
        v = split(F.linear(y, part("self_attn.v_proj")), groups)
        if groups != heads:
            k = k.repeat_interleave(heads // groups, 1)
            v = v.repeat_interleave(heads // groups, 1)
        scores = torch.matmul(q * d**-0.5, k.transpose(2, 3)) + mask
        mixed = torch.matmul(scores.softmax(-1), v)
        mixed = mixed.transpose(1, 2).reshape(rows, length, heads * d)
        x = x + F.linear(mixed, part("self_attn.o_proj"))
        y = norm(x, part("post_attention_layernorm"))
        gated = F.silu(F.linear(y, part("mlp.gate_proj"))) * F.linear(y, part("mlp.up_proj"))
        x = x + F.linear(gated, part("mlp.down_proj"))
    output = p["model.embed_tokens.weight" if config["tie_word_embeddings"] else "lm_head.weight"]
    logits = F.linear(norm(x, p["model.norm.weight"]), output)
    return F.cross_entropy(logits.view(rows * length, -1), targets.reshape(-1))


def step():
    adamw.zero_grad(set_to_none=True)
    loss = loss_of(parameters)
    loss.backward()
    gradient_norm = torch.nn.utils.clip_grad_norm_(parameters.values(), optimizer["clipNorm"])
    adamw.step()
    return loss.item(), gradient_norm.item()


def blas():
    """What multiplies matrices: OpenBLAS says its core, the reference BLAS does not know the question."""
    if "mkl" in torch.__config__.show().split("BLAS_INFO=")[-1].split(",")[0].lower():
        return "MKL"
    try:
        library = ctypes.CDLL("libblas.so.3")
        library.openblas_get_corename.restype = ctypes.c_char_p
        return f"OpenBLAS for {library.openblas_get_corename().decode()}"
    except (OSError, AttributeError):
        return None


print(json.dumps({"version": torch.__version__, "blas": blas()}), flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    reports = [step() for _ in range(int(line))]
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "loss": reports[0][0], "norm": reports[0][1]}), flush=True)
