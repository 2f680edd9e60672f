#!/usr/bin/env python3
"""An independent reader of the safetensors format, written from its description with numpy only.

Usage: read_safetensors.py FILE
Checks the rules of the format and prints one JSON document: metadata, and for each tensor name, dtype, shape and all values.
Exit code 1 with a message on stderr where a rule is broken.
"""
import json
import struct
import sys

import numpy as np

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
          "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?"}


def check(condition, message):
    if not condition:
        sys.exit("read_safetensors: " + message)


def no_duplicates(pairs):
    keys = [k for k, _ in pairs]
    check(len(keys) == len(set(keys)), "duplicate key")
    return dict(pairs)


def main(path):
    raw = open(path, "rb").read()
    check(len(raw) >= 8, "no header length")
    (n,) = struct.unpack("<Q", raw[:8])
    check(n <= 100_000_000 and 8 + n <= len(raw), "header length")
    check((8 + n) % 8 == 0, "data section not aligned to 8 bytes")
    text = raw[8:8 + n].decode("utf-8")
    check(text.startswith("{") and text.rstrip(" ").endswith("}"), "header not an object padded with spaces")
    header = json.loads(text, object_pairs_hook=no_duplicates)
    metadata = header.pop("__metadata__", {})
    check(all(isinstance(v, str) for v in metadata.values()), "metadata values must be strings")
    data = memoryview(raw)[8 + n:]
    end, tensors = 0, []
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, stop = entry["data_offsets"]
        check(begin == end, "hole or overlap before " + name)
        dtype = np.dtype(DTYPES[entry["dtype"]])
        check(begin % dtype.itemsize == 0, name + " not aligned to its element")
        count = int(np.prod(entry["shape"], dtype=np.int64))
        check(stop - begin == count * dtype.itemsize, "size of " + name)
        values = np.frombuffer(data[begin:stop], dtype=dtype).reshape(entry["shape"])
        tensors.append({"name": name, "dtype": entry["dtype"], "shape": list(values.shape), "values": values.reshape(-1).tolist()})
        end = stop
    check(end == len(data), "bytes after the last tensor")
    order = list(header)
    tensors.sort(key=lambda t: order.index(t["name"]))
    json.dump({"metadata": metadata, "tensors": tensors}, sys.stdout)


main(sys.argv[1])
