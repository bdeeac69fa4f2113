"""Writes vectors.json: small tokenizers, made up here, and what Hugging Face's `tokenizers` makes of
texts with them.

    pip install tokenizers==0.23.*
    python Tests/TokenizersTests/Vectors/make-vectors.py
"""

import base64
import json
import pathlib
import struct

from tokenizers import Tokenizer

TEXTS = [
    "",
    "hello",
    " Hello  wOrLd ",
    "don't I'M they'Re 'LL it\u2019s",
    "abc 12345 x1y22z \u00bd\u2167\u0663",
    "caf\u00e9 cafe\u0301 \ufb01ne \u01c5\u01c6",
    "line\r\nline\n\n  end\t\t",
    "\u4e2d\u6587ABC \u3053\u3093\u306b\u3061\u306f\u3002\u30ab\u30ca",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f600!",
    "a.b,c!d?e (f) [g] $h+i=j",
    "\u00a0x\u3000y\u200bz\u0085",
    "http://ex.org/a/\n//HTTPServer getURL",
    "<s>a</s> <s> b<a>b",
    "\u2581a \u0120b _c",
    "\x00\x01\x1f\x7f\ufeff\ufffd\u0301",
]

SCANNERS = {
    "GPT-2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "Llama 3": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "OpenAI": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
    "Qwen2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "Qwen3.5": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"
    r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "o200k": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "Tekken": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "DeepSeek-V3": r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+"""
    r"|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "up to three digits": r"\p{N}{1,3}",
    "ideographs and kana": r"[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+",
    "three digits": "[0-9][0-9][0-9]",
    "two spaces or more": " {2,}",
    "DeepSeek-Coder, line break": "[\r\n]",
    "DeepSeek-Coder, letters": r"\s?\p{L}+",
    "DeepSeek-Coder, punctuation": r"\s?\p{P}+",
    "DeepSeek-Coder, ideographs": "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+",
}

# No scanner stands for these.
EXPRESSIONS = {
    "words": r"\w+|[^\w\s]+",
    "hexadecimal": r"\h{2,3}|\H",
    "lines": r"^.{1,4}$|\s+$",
    "empty matches": r"x*|\d",
    "possessive": r" ?+\p{L}++|\s*+(?=a)|(?m:.)a|[[:punct:]&&[^a]]+",
    "negated": r"\p{^L}+",
    "Han": r"[\p{Han}]+|[\p{L}&&[^\p{Han}]]+|\S",
    "BLOOM": r" ?[^(\s|[.,!?…。，、।۔،])]+",
}

WORDS = [
    "'S'x 're're '\u017f don't", "ABCdef GetHTTPs \u4e2dABC \u4e2dA\u4e2dB", "  x\n\n  y \r\n", "1234567 12\u00bd",
    "a'sB'LLc", "!!a ..\n//\n", "\u0301\u0301 e\u0301\u0301x \u0903", "\t\tx\u00a0y \u3000z",
    "\u02b0A\u01c5a\u00aa", "3\u4e2d\u5fc3123\u30abx", "\U0001f469\u200d\U0001f469 \u20ac$+", "  \n \t", "x \u2028 ",
    "foo_bar \u0627\u0644\u0663", "\u0000\u200b1a\u200ba",
]


def darts(entries):
    """A double array: for every text, the number that it leads to."""
    units, used, bases = {0: 0}, {0}, set()

    def place(suffixes, position):
        children = {}
        for text, value in suffixes:
            children.setdefault(text[0] if text else 0, []).append((text[1:], value))
        base = 1
        while base in bases or any(base ^ label in used for label in children):
            base += 1
        bases.add(base)
        used.update(base ^ label for label in children)
        units[position] = units.get(position, 0) | (base ^ position) << 10 | (256 if 0 in children else 0)
        for label, rest in children.items():
            if label == 0:
                units[base] = rest[0][1] | 1 << 31
            else:
                units[base ^ label] = label
        for label, rest in children.items():
            if label != 0:
                place(rest, base ^ label)

    place(entries, 0)
    return b"".join(struct.pack("<I", units.get(i, 0)) for i in range(max(units) + 256))


def charsmap(table):
    """SentencePiece's table of replacements, in base64."""
    replacements, entries = b"", []
    for text, replacement in table.items():
        entries.append((text.encode(), len(replacements)))
        replacements += replacement.encode() + b"\0"
    trie = darts(entries)
    return base64.b64encode(struct.pack("<I", len(trie)) + trie + replacements).decode()


def split(pattern, behavior="Isolated", invert=False):
    kind = "String" if len(pattern) == 1 else "Regex"
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def sequence(key, *parts):
    return {"type": "Sequence", key: list(parts)}


def ids(tokens):
    return {token: index for index, token in enumerate(tokens)}


LETTERS = list("abcdefghilmnorstwxyzABCDHILMR0123 .,!'\u2581\u0120\u00e9\u4e2d\u0301")
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
MERGES = [["h", "e"], ["l", "l"], ["he", "ll"], ["hell", "o"], ["i", "n"], ["l", "in"], ["lin", "e"], ["1", "2"]]
MERGED = [left + right for left, right in MERGES]
# The library gives added tokens the ids after the model's, whatever the file says.
NEXT = 1 + len(LETTERS) + len(MERGED)


def bpe(vocabulary=None, merges=MERGES, **settings):
    vocabulary = vocabulary or ["<unk>"] + LETTERS + MERGED
    return {"type": "BPE", "vocab": ids(vocabulary), "merges": merges, "unk_token": "<unk>", **settings}


def unigram(extra=(), **settings):
    tokens = [("<unk>", 0.0)] + [(letter, -4.0 - index / 8) for index, letter in enumerate(LETTERS)]
    tokens += [("he", -5.0), ("ll", -5.5), ("hell", -7.0), ("hello", -9.5), ("llo", -6.25), ("in", -5.0)]
    tokens += [("\u2581h", -6.0), ("line", -8.0), ("li", -6.0), ("ne", -6.0), ("12", -7.0), ("123", -9.0)]
    return {"type": "Unigram", "unk_id": 0, "vocab": [list(token) for token in tokens + list(extra)], **settings}


AFFIXED = ["<unk>"] + ["##" + letter for letter in "elowrdnib"] + list("helwdcai")
AFFIXED += [letter + "</w>" for letter in "aeo"] + ["##" + letter + "</w>" for letter in "oedt"]
AFFIXED += ["he", "##ll", "hell", "hello</w>", "##ld</w>", "##ne</w>"]
AFFIXED_MERGES = [["h", "##e"], ["##l", "##l"], ["he", "##ll"], ["hell", "##o</w>"], ["##l", "##d</w>"], ["##n", "##e</w>"]]

CHARSMAP = charsmap({
    "\ufb01": "fi", "e\u0301": "\u00e9", "\u00bd": "1/2", "\r": " ", "\n": " ", "\t": " ", "\u200d": "", "\u01c5": "Dz",
    "A": "a", "\u3000": " ", "\u00a0": " ", "\u30ab": "ka", "\u3002": ".", "\x01": "", "ab": "never found", "\U0001f600": ":)",
})


def added(content, identifier, **flags):
    token = {"id": identifier, "content": content, "single_word": False, "lstrip": False, "rstrip": False}
    return {**token, "normalized": False, "special": False, **flags}


def template(*parts):
    single = [{"Sequence": {"id": "A", "type_id": 0}} if part == "$" else {"SpecialToken": {"id": part, "type_id": 0}} for part in parts]
    tokens = {"<s>": [1], "</s>": [2], "two": [3, 4]}
    special = {name: {"id": name, "ids": numbers, "tokens": [name] * len(numbers)} for name, numbers in tokens.items()}
    pair = [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}]
    return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": special}


def metaspace(scheme, splits, replacement="\u2581"):
    return {"type": "Metaspace", "replacement": replacement, "prepend_scheme": scheme, "split": splits}


def byte_level(prefix=False, regex=True):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def replace(pattern, content):
    kind = "String" if pattern in (" ", "\u2581", "a") else "Regex"
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


def cases():
    """Name, texts, and the parts of a tokenizer."""
    for name, pattern in {**SCANNERS, **EXPRESSIONS}.items():
        yield f"Split {name}", WORDS + TEXTS, {"pre_tokenizer": split(pattern)}
    for behavior in ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]:
        for invert in [False, True]:
            for pattern in ["l", SCANNERS["up to three digits"], r"\s|\d"]:
                yield f"{behavior} {invert} {pattern}", TEXTS, {"pre_tokenizer": split(pattern, behavior, invert)}
        yield f"Punctuation {behavior}", TEXTS, {"pre_tokenizer": {"type": "Punctuation", "behavior": behavior}}
    for individual in [False, True]:
        yield f"Digits {individual}", TEXTS, {"pre_tokenizer": {"type": "Digits", "individual_digits": individual}}
    for name in ["Whitespace", "WhitespaceSplit", "BertPreTokenizer"]:
        yield name, TEXTS, {"pre_tokenizer": {"type": name}}
    yield "CharDelimiterSplit", TEXTS, {"pre_tokenizer": {"type": "CharDelimiterSplit", "delimiter": "e"}}
    yield "FixedLength", TEXTS, {"pre_tokenizer": {"type": "FixedLength", "length": 3}}
    for scheme in ["first", "always", "never"]:
        for splits in [False, True]:
            parts = {"pre_tokenizer": metaspace(scheme, splits), "added_tokens": [added("<s>", NEXT), added("</s>", NEXT + 1, rstrip=True)]}
            parts["decoder"] = metaspace(scheme, splits)
            yield f"Metaspace {scheme} {splits}", TEXTS, parts
            parts = {**parts, "pre_tokenizer": sequence("pretokenizers", {"type": "WhitespaceSplit"}, metaspace(scheme, splits, "_"))}
            yield f"WhitespaceSplit and Metaspace {scheme} {splits}", TEXTS, parts
            yield f"Strip and Metaspace {scheme} {splits}", TEXTS, {**parts, "normalizer": {"type": "Strip", "strip_left": True, "strip_right": False}}
    for prefix in [False, True]:
        for regex in [False, True]:
            yield f"ByteLevel {prefix} {regex}", TEXTS, {"pre_tokenizer": byte_level(prefix, regex), "decoder": byte_level()}
    isolated = [split(SCANNERS[name]) for name in ["up to three digits", "ideographs and kana", "DeepSeek-V3"]]
    yield "DeepSeek-V3", WORDS + TEXTS, {"pre_tokenizer": sequence("pretokenizers", *isolated, byte_level(False, False))}
    coder = [split(pattern) for name, pattern in SCANNERS.items() if "Coder" in name]
    digits = {"type": "Digits", "individual_digits": True}
    yield "DeepSeek-Coder", WORDS + TEXTS, {"pre_tokenizer": sequence("pretokenizers", *coder, digits, byte_level(False, False))}
    yield "StarCoder", WORDS + TEXTS, {"pre_tokenizer": sequence("pretokenizers", digits, byte_level())}
    falcon = [{"type": "Punctuation", "behavior": "Contiguous"}, byte_level(), {"type": "Digits", "individual_digits": False}, split(SCANNERS["three digits"])]
    yield "Falcon", WORDS + TEXTS, {"pre_tokenizer": sequence("pretokenizers", *falcon)}

    for name in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "ByteLevel", "Nmt"]:
        yield name, TEXTS, {"normalizer": {"type": name}}
    yield "NFD and StripAccents", TEXTS, {"normalizer": sequence("normalizers", {"type": "NFD"}, {"type": "StripAccents"})}
    yield "Strip right", TEXTS, {"normalizer": {"type": "Strip", "strip_left": False, "strip_right": True}}
    yield "Prepend", TEXTS, {"normalizer": {"type": "Prepend", "prepend": "\u2581"}}
    for pattern, content in [("a", "xy"), (" ", "\u2581"), (" {2,}", "\u2581"), (r"[^\w\s]", ""), (r"(?i)L+", "$0")]:
        yield f"Replace {pattern}", TEXTS, {"normalizer": replace(pattern, content)}
    yield "Precompiled", TEXTS, {"normalizer": {"type": "Precompiled", "precompiled_charsmap": CHARSMAP}}
    for clean in [False, True]:
        for accents in [None, False, True]:
            bert = {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": clean, "strip_accents": accents, "lowercase": not clean}
            yield f"BertNormalizer {clean} {accents}", TEXTS, {"normalizer": bert}

    spaces = {"pre_tokenizer": split(" ", "MergedWithNext")}
    for fuse in [False, True]:
        for fallback in [False, True]:
            vocabulary = ["<unk>"] + LETTERS + MERGED + (BYTES[:200] if fallback else [])
            yield f"BPE {fuse} {fallback}", TEXTS, {"model": bpe(vocabulary, fuse_unk=fuse, byte_fallback=fallback), "decoder": {"type": "ByteFallback"}}
            yield f"BPE affixes {fuse} {fallback}", TEXTS, {
                "model": bpe(AFFIXED, AFFIXED_MERGES, continuing_subword_prefix="##", end_of_word_suffix="</w>", fuse_unk=fuse, byte_fallback=fallback),
                "pre_tokenizer": {"type": "WhitespaceSplit"}, "decoder": {"type": "BPEDecoder", "suffix": "</w>"}}
    yield "BPE ignoring merges", TEXTS, {"model": bpe(merges=MERGES[:2], ignore_merges=True), **spaces}
    yield "BPE without unknown", TEXTS, {"model": {**bpe(), "unk_token": None}, **spaces}
    yield "BPE of strings", TEXTS, {"model": bpe(merges=["#version: 0.2"] + [" ".join(merge) for merge in MERGES]), **spaces}
    for fallback in [False, True]:
        yield f"Unigram {fallback}", TEXTS, {"model": unigram(byte_fallback=fallback)}
        bytes_too = [(byte, -20.0) for byte in BYTES[:200]]
        decoder = sequence("decoders", replace("\u2581", " "), {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0})
        yield f"Unigram with bytes {fallback}", TEXTS + ["<unk>x", "x<unk>", "<unk>"], {
            "model": unigram(bytes_too, byte_fallback=fallback), "pre_tokenizer": metaspace("always", True), "decoder": decoder}
    yield "WordLevel", TEXTS, {"model": {"type": "WordLevel", "vocab": ids(["<unk>", "hello", "x", "."]), "unk_token": "<unk>"}, "pre_tokenizer": {"type": "Whitespace"}}

    for flags in [{}, {"single_word": True}, {"lstrip": True}, {"rstrip": True}, {"lstrip": True, "rstrip": True}, {"normalized": True}, {"special": True}]:
        tokens = [added("<s>", NEXT, **flags), added("<a>", NEXT + 1, **flags), added("<a>b", NEXT + 2, **flags), added("  ", NEXT + 3, **flags), added("HE", NEXT + 4, **flags), added(" w", NEXT + 5)]
        texts = TEXTS + ["a<s>b <s>  <s> c", "     x", "<a>bc<a> b<a>c", "x \u3000<s>\n\ty", "HE hE\u00e9HE _HE HE9 he", "<s>  world"]
        yield f"Added tokens {flags}", texts, {"added_tokens": tokens, "normalizer": {"type": "Lowercase"}}

    for parts in [["<s>", "$"], ["<s>", "$", "two", "</s>"], ["$"], ["two"]]:
        yield f"Template {parts}", TEXTS[:3], {"post_processor": template(*parts)}
    for name in ["BertProcessing", "RobertaProcessing"]:
        more = {} if name[0] == "B" else {"trim_offsets": True, "add_prefix_space": False}
        yield name, TEXTS[:3], {"post_processor": {"type": name, "sep": ["</s>", 2], "cls": ["<s>", 1], **more}}
    both = sequence("processors", byte_level(), template("<s>", "$", "</s>"))
    yield "Processors in a sequence", TEXTS[:3], {"post_processor": both}
    for name in ["none", "Fuse"]:
        yield f"Decoder {name}", TEXTS, {"decoder": None if name == "none" else {"type": name}}
    strip = {"type": "Strip", "content": "l", "start": 1, "stop": 1}
    yield "Decoder Strip", TEXTS, {"decoder": sequence("decoders", strip)}
    yield "Decoder Replace", TEXTS, {"decoder": replace(r"l+|\s", "-")}


def needs_model(parts):
    """Whether ids are worth looking at, rather than words."""
    return bool(parts.keys() - {"normalizer", "pre_tokenizer"})


def document(parts):
    empty = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": []}
    names = ["normalizer", "pre_tokenizer", "post_processor", "decoder"]
    model = bpe() if needs_model(parts) else bpe(["<unk>"], [])
    return {**empty, **{name: None for name in names}, "model": model, **parts}


def main():
    result = []
    for name, texts, parts in cases():
        json_text = json.dumps(document(parts))
        tokenizer = Tokenizer.from_str(json_text)
        normalized = {token["id"] for token in parts.get("added_tokens", []) if token["normalized"]}
        vectors = []
        for text in texts:
            encoding = tokenizer.encode(text)
            vector = {"text": text}
            if needs_model(parts):
                vector["ids"] = encoding.ids
            # `pre_tokenize_str` knows no original text, on which "first" depends.
            if not parts.get("added_tokens"):
                clean = tokenizer.normalizer.normalize_str(text) if tokenizer.normalizer else text
                if tokenizer.pre_tokenizer:
                    vector["words"] = [word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(clean)]
                elif tokenizer.normalizer:
                    vector["words"] = [clean] if clean else []
            if parts.get("decoder") and not normalized & set(encoding.ids):
                vector["decoded"] = tokenizer.decode(encoding.ids, skip_special_tokens=False)
            vectors.append(vector)
        result.append({"name": name, "tokenizer": json.loads(json_text), "vectors": vectors})
    path = pathlib.Path(__file__).with_name("vectors.json")
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in result)
    path.write_text(f"[\n{lines}\n]\n")
    print(len(result), "tokenizers,", sum(len(entry["vectors"]) for entry in result), "texts")


if __name__ == "__main__":
    main()
