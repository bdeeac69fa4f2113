#!/usr/bin/env python3
"""Writes the fixtures beside this file; needs nothing but Python. README.md says what they are."""

import fractions, itertools, json, math, os, struct

HERE = os.path.dirname(os.path.abspath(__file__))


def write(name, text):
    with open(os.path.join(HERE, name), "w") as file:
        file.write(text)


# Layouts. A part is (share, bits, group size).

def bits_of(layout, inputs, outputs, bias):
    """What a layer takes, by the format's description: codes, scales, tables, bias."""
    columns = (outputs + 31) // 32 * 32
    left, groups, codes = inputs, 0, 0
    for share, bits, size in layout:
        count = math.ceil(min(inputs * share, left) / size)
        rows = min(count * size, left)
        codes += rows * columns * bits
        groups += count
        left -= rows
    assert left == 0
    return (codes + 16 * groups + 32 * groups + 4 * groups * columns + 32 * inputs
            + (16 * columns if bias else 0))


def described(layout):
    return "/".join(f"{share}:{bits}b_{size}g" for share, bits, size in layout) + " s4"


def params(layout):
    return {
        "group_size": {str(bits): size for _, bits, size in layout},
        "bits": [bits for _, bits, _ in layout],
        "bits_prop": [share for share, _, _ in layout],
        "scale_bits": 4,
    }


A = [(0.05, 3, 64), (0.95, 2, 64)]
B = [(0.05, 6, 32), (0.2, 3, 64), (0.75, 2, 64)]
C = [(1, 4, 32)]
D = [(0.1, 5, 32), (0.9, 4, 32)]
E = [(1, 8, 128)]
HEAD = [(0.15, 8, 128), (0.85, 6, 128)]

ATTENTION = [("q_proj", 64, 64), ("k_proj", 64, 32), ("v_proj", 64, 32), ("o_proj", 64, 64)]
GATED = [("gate_proj", 64, 96), ("up_proj", 64, 96), ("down_proj", 96, 64)]
PLAIN = [("up_proj", 64, 96), ("down_proj", 96, 64)]
EXPERT = [("w1", 64, 96), ("w3", 64, 96), ("w2", 96, 64)]


def option(accuracy, shapes, layouts, experts=1, bias=False):
    total = experts * sum(
        bits_of(layout, inputs, outputs, bias)
        for (_, inputs, outputs), layout in zip(shapes, layouts))
    names = [name for name, _, _ in shapes]
    return {"accuracy": accuracy, "total_bits": total} | {
        name: params(layout) for name, layout in zip(names, layouts)}


def document(modules, prefix=""):
    measurement = dict(modules) | {f"{prefix}model.norm.norm": None, f"{prefix}lm_head.linear": None}
    # The embedding is module 0 and not in the file.
    return {"measurement": measurement, "last_module_idx": len(measurement)}


def theirs(name, value):
    write(name, json.dumps(value, indent=4))


# What ExLlamaV2 might have measured.

def attention(block):
    return [
        option(round(0.963812 - block / 1000, 6), ATTENTION, [A, A, A, A]),
        option(0.98125, ATTENTION, [C, C, D, C]),
        option(0.99875, ATTENTION, [E, E, E, E]),
    ]


def feed_forward(block):
    return [
        option(0.9512345, GATED, [A, A, B]),
        option(0.978, GATED, [C, D, D]),
        # The same again.
        option(0.977, GATED, [C, D, D]),
        option(round(0.9991 + block / 100000, 5), GATED, [E, E, E]),
    ]


LLAMA = {
    f"model.layers.{block}.{kind}": options(block)
    for block in range(2) for kind, options in [("self_attn", attention), ("mlp", feed_forward)]}

theirs("llama.json", document(LLAMA))

theirs("mixtral.json", document({
    key: value for block in range(2) for key, value in [
        (f"model.layers.{block}.self_attn", [option(0.97, ATTENTION, [A, A, C, A])]),
        (f"model.layers.{block}.block_sparse_moe",
         [option(0.93, EXPERT, [A, C, B], experts=3), option(0.98, EXPERT, [C, C, D], experts=3)]),
    ]}))

theirs("cohere.json", document({
    f"model.layers.{block}.parallel_decoder": {
        "attn": [option(0.9, ATTENTION, [A, A, A, A]), option(0.99, ATTENTION, [E, E, E, E])],
        "mlp": [option(0.92, GATED, [A, A, B])],
    } for block in range(2)}))

theirs("starcoder2.json", document({
    key: value for block in range(2) for key, value in [
        (f"model.layers.{block}.self_attn", [option(0.97, ATTENTION, [A, A, C, A], bias=True)]),
        (f"model.layers.{block}.mlp", [option(0.96, PLAIN, [C, D], bias=True)]),
    ]}))

theirs("gemma3.json", document({
    key: value for block in range(4) for key, value in [
        (f"language_model.model.layers.{block}.self_attn", [option(0.97, ATTENTION, [C] * 4)]),
        (f"language_model.model.layers.{block}.mlp", [option(0.96, GATED, [C, C, D])]),
    ]}, "language_model."))


# Our files.

def number(value):
    """The shortest decimal number that is the same in 32 bits."""
    single = lambda x: struct.unpack("f", struct.pack("f", x))[0]
    for digits in range(1, 10):
        short = float(f"{value:.{digits}g}")
        if single(short) == single(value):
            return int(short) if short == int(short) else short


def ours(name, kind, members):
    def line(value):
        return json.dumps(value, sort_keys=True, separators=(",", ":"))
    lines = [f'"kind": "{kind}"', '"version": 1']
    for key, value in members.items():
        text = "[\n" + ",\n".join(map(line, value)) + "\n]" if isinstance(value, list) else line(value)
        lines.append(f'"{key}": {text}')
    write(name, "{\n" + ",\n".join(lines) + "\n}\n")


def head(**more):
    return {"name": "lm_head", "role": "lm_head", "inputs": 64, "outputs": 301} | more


def members_of(key, shapes):
    return [f"{key}.{name}" for name, _, _ in shapes]


def named(shapes, layouts):
    names = {}
    for (name, _, _), layout in zip(shapes, layouts):
        names.setdefault(described(layout), []).append(name)
    if len(names) == 1:
        return next(iter(names))
    return ", ".join(f"{','.join(who)}={layout}" for layout, who in names.items())


def imported_layer(key, options, shapes):
    seen, result = {}, []
    for each in options:
        layouts = [
            list(zip(each[name]["bits_prop"], each[name]["bits"], each[name]["group_size"].values()))
            for name, _, _ in shapes]
        name = named(shapes, layouts)
        seen[name] = seen.get(name, 0) + 1
        result.append({
            "option": name + (f" ({seen[name]})" if seen[name] > 1 else ""),
            "bits": each["total_bits"], "errors": [number((1 - each["accuracy"]) ** 2)],
            "members": [
                {"option": described(layout), "bits": bits_of(layout, inputs, outputs, False)}
                for (_, inputs, outputs), layout in zip(shapes, layouts)]})
    weights = sum(inputs * outputs for _, inputs, outputs in shapes)
    return {
        "name": key, "block": int(key.split(".")[2]), "role": key.split(".")[-1], "inputs": 64,
        "outputs": weights // 64, "reference": [1], "residual": [1], "gain": 1,
        "members": members_of(key, shapes), "options": result}


layers = [
    imported_layer(key, options, ATTENTION if key.endswith("attn") else GATED)
    for key, options in LLAMA.items()]
layers.append(head(
    reference=[1], residual=[1], gain=1,
    options=[{"option": described(HEAD), "bits": bits_of(HEAD, 64, 301, False), "errors": [0]}]))
ours("llama.imported.json", "bpw.measurement", {
    "model": {
        "architecture": "LlamaForCausalLM", "blocks": 2, "fingerprint": "fingerprint",
        "weights": sum(layer["inputs"] * layer["outputs"] for layer in layers)},
    "calibration": {
        "rows": 1, "tokens": 2048, "seed": 0, "sources": ["ExLlamaV2"], "strata": ["ExLlamaV2"],
        "row_strata": [0], "random_rows": 0, "fingerprint": ""},
    "settings": {
        "format": "exl2", "menu": "measurement.json", "sketch": 0, "kernel": "ExLlamaV2"},
    "layers": layers})


# A measurement of single layers, one block, two rows; all numbers exact in 32 bits.

MENU = [A, C, D, E]
BLOCK = [("self_attn", ATTENTION), ("mlp", GATED)]


def measured_errors(layer, index):
    """The squared errors of both rows: falling with the bits, differently in every layer."""
    base = [65536, 5000, 4700, 23][index] + 37 * layer * (4 - index)
    return [base / 4096, (base + 3 * layer + index) / 8192]


REFERENCE, RESIDUAL, GAIN = [3, 5], [1024, 1536], 0.5
linears = [(f"model.layers.0.{kind}.{name}", inputs, outputs)
           for kind, shapes in BLOCK for name, inputs, outputs in shapes]
layers = [
    {"name": name, "block": 0, "role": name.split(".")[-1], "inputs": inputs, "outputs": outputs,
     "reference": REFERENCE, "residual": RESIDUAL, "gain": GAIN,
     "options": [
         {"option": described(layout), "bits": bits_of(layout, inputs, outputs, False),
          "errors": measured_errors(layer, index)} for index, layout in enumerate(MENU)]}
    for layer, (name, inputs, outputs) in enumerate(linears)]
layers.append(head(
    reference=REFERENCE, residual=RESIDUAL, gain=1,
    options=[{"option": described(layout), "bits": bits_of(layout, 64, 301, False),
              "errors": [1 / (1 + index)] * 2} for index, layout in enumerate([HEAD, C])]))
ours("measured.json", "bpw.measurement", {
    "model": {
        "architecture": "LlamaForCausalLM", "blocks": 1, "fingerprint": "fingerprint",
        "weights": sum(layer["inputs"] * layer["outputs"] for layer in layers)},
    "calibration": {
        "rows": 2, "tokens": 32, "seed": 1, "sources": ["nowhere"], "strata": ["random"],
        "row_strata": [0, 0], "random_rows": 0, "fingerprint": "rows"},
    "settings": {"format": "exl2", "menu": "menu.json", "sketch": 0, "kernel": "any"},
    "layers": layers})


def squared_error(layer, index):
    """The mean relative error over the rows, squared: relative to the hidden states."""
    rows = zip(measured_errors(layer, index), RESIDUAL)
    return (sum(math.sqrt(error * GAIN / states) for error, states in rows) / 2) ** 2


def accuracy(squared):
    """One minus the relative error, which has seven digits and is between 0 and 1."""
    error = min(max(math.sqrt(squared), 1e-8), 1 - 1e-6)
    return float(f"{1 - error:.{6 - math.floor(math.log10(error))}f}")


def hull(points):
    """The corners of the lower convex hull of (bits, error, …), in exact arithmetic."""
    exact = fractions.Fraction
    corners = []
    for point in sorted(points):
        if corners and point[1] >= corners[-1][1]:
            continue
        while len(corners) > 1:
            (x0, y0), (x1, y1) = corners[-2][:2], corners[-1][:2]
            if (exact(point[1]) - exact(y0)) * (x1 - x0) > (exact(y1) - exact(y0)) * (point[0] - x0):
                break
            corners.pop()
        corners.append(point)
    return corners


def exported(choices):
    """The module's options, of all combinations that `choices` allows per layer."""
    modules, first = {}, 0
    for kind, shapes in BLOCK:
        points = []
        for combination in itertools.product(*choices[first:first + len(shapes)]):
            bits = sum(
                bits_of(MENU[index], inputs, outputs, False)
                for index, (_, inputs, outputs) in zip(combination, shapes))
            error = sum(
                squared_error(first + place, index) for place, index in enumerate(combination))
            points.append((bits, error, combination))
        modules[f"model.layers.0.{kind}"] = [
            option(accuracy(error), shapes, [MENU[index] for index in combination])
            for _, error, combination in hull(points)]
        first += len(shapes)
    return document(modules)


theirs("measured.exported.json", exported([range(len(MENU))] * len(linears)))
theirs("plan.json", exported([[index] for index in [2, 0, 3, 1, 0, 1, 3]]))
