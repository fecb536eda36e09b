"""Times training steps in PyTorch, eager, on the processor: the same models, weights, data and Adam as bench/models.ts has.

Reads one JSON object from standard input and writes one to standard output, as scripts/bench/torch.mjs says.
"""

import json
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as f


def numbers(seed, count):
    """mulberry32, as bench/models.ts has it."""
    with np.errstate(over='ignore'):
        state = np.uint32(seed) + np.arange(1, count + 1, dtype=np.uint32) * np.uint32(0x6D2B79F5)
        t = (state ^ (state >> np.uint32(15))) * (state | np.uint32(1))
        t = (t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61))) ^ t
        return (t ^ (t >> np.uint32(14))).astype(np.float64) / 2**32


class Coder(nn.Module):
    """The layers of a work with their first weights; in variational ones, what the divergence from the prior adds to the loss."""

    def __init__(self, work):
        super().__init__()
        self.work = work
        shapes = self.kernel_shapes()
        drawn = numbers(2, sum(int(np.prod(shape)) for shape in shapes.values()))
        self.modules_of = nn.ModuleDict()
        for i, shape in shapes.items():
            count = int(np.prod(shape))
            values, drawn = drawn[:count], drawn[count:]
            *taps, inputs, outputs = shape
            units = self.work['layers'][i].get('filters') or self.work['layers'][i]['units']
            limit = np.sqrt(6 / (np.prod(taps) * (inputs + units)))
            kernel = torch.tensor(((2 * values - 1) * limit).reshape(shape), dtype=torch.float32)
            module = nn.Conv2d(inputs, outputs, tuple(taps)) if taps else nn.Linear(inputs, outputs)
            with torch.no_grad():
                module.weight.copy_(kernel.permute(3, 2, 0, 1) if taps else kernel.T)
                module.bias.zero_()
            self.modules_of[str(i)] = module

    def kernel_shapes(self):
        """[inputs, outputs], or [height, width, channels, filters], by the layer's number."""
        channels = self.work['input'][-1]
        shapes = {}
        for i, layer in enumerate(self.work['layers']):
            kind = layer['kind']
            if kind == 'conv':
                shapes[i] = [layer['kernel'], layer['kernel'], channels, layer['filters']]
                channels = layer['filters']
            elif kind in ('dense', 'gaussian'):
                shapes[i] = [channels, layer['units'] * (2 if kind == 'gaussian' else 1)]
                channels = layer['units']
        return shapes

    def forward(self, x):
        y, divergence = x, None
        for i, layer in enumerate(self.work['layers']):
            kind = layer['kind']
            if kind == 'pool':
                y = f.max_pool2d(y, 2, ceil_mode=True)
            elif kind == 'upsample':
                y = f.interpolate(y, scale_factor=2)
            else:
                if kind == 'conv' and layer['padding'] == 'same':
                    y = f.pad(y, [layer['kernel'] // 2] * 4)
                y = self.modules_of[str(i)](y)
                if kind == 'gaussian':
                    mean, logvar = y.chunk(2, 1)
                    y = mean + torch.exp(0.5 * logvar) * torch.randn_like(mean)
                    divergence = 0.5 * (mean**2 + torch.exp(logvar) - logvar - 1).sum() / len(x)
                elif i + 1 < len(self.work['layers']):
                    y = {'relu': torch.relu, 'sigmoid': torch.sigmoid, 'linear': lambda z: z}[layer['activation']](y)
        if divergence is None:
            return f.binary_cross_entropy_with_logits(y, x)
        return f.binary_cross_entropy_with_logits(y, x, reduction='sum') / len(x) + divergence


def main():
    asked = json.load(sys.stdin)
    work, batches = asked['work'], asked['batches']
    torch.set_num_threads(asked['threads'])
    height_width = work['input'][:2] if len(work['input']) > 1 else None
    features = int(np.prod(work['input']))
    pixels = np.maximum(0, 2 * numbers(1, batches * work['batch'] * features) - 1).astype(np.float32)
    shape = [batches, work['batch'], 1, *height_width] if height_width else [batches, work['batch'], features]
    data = torch.tensor(pixels.reshape(shape))
    model = Coder(work)
    optimizer = torch.optim.Adam(model.parameters(), lr=asked['rate'], eps=asked['epsilon'])

    def run(steps):
        losses = []
        for i in range(steps):
            loss = model(data[i % batches])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return float(torch.stack(losses[-batches:]).mean())

    loss = run(asked['agreeAfter'])
    begun = time.perf_counter()
    run(batches)
    ms = 1000 * (time.perf_counter() - begun) / batches
    times = []
    for _ in range(asked['rounds']):
        steps = batches * max(1, round(asked['roundMs'] / ms / batches))
        begun = time.perf_counter()
        run(steps)
        ms = 1000 * (time.perf_counter() - begun) / steps
        times.append(ms)
    json.dump({'loss': loss, 'times': times}, sys.stdout)


main()
