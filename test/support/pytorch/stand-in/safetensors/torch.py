"""Reads and writes float32 safetensors where the package of that name is not installed: Debian has none."""

import json
import struct

import numpy
import torch


def load_file(path):
    with open(path, 'rb') as file:
        (length,) = struct.unpack('<Q', file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name == '__metadata__':
            continue
        assert entry['dtype'] == 'F32', f"{name} is {entry['dtype']}"
        begin, end = entry['data_offsets']
        tensors[name] = torch.from_numpy(numpy.frombuffer(data[begin:end], '<f4').reshape(entry['shape']).copy())
    return tensors


def save_file(tensors, path):
    header, data = {}, b''
    for name, tensor in tensors.items():
        values = tensor.detach().contiguous().numpy().astype('<f4').tobytes()
        header[name] = {'dtype': 'F32', 'shape': list(tensor.shape), 'data_offsets': [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + data)
