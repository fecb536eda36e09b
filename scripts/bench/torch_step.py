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


def numbers(seed, count, drawn=0):
    """mulberry32, as bench/models.ts has it; the next ones where some have been drawn before."""
    with np.errstate(over='ignore'):
        state = np.uint32(seed) + np.arange(drawn + 1, drawn + count + 1, dtype=np.uint32) * np.uint32(0x6D2B79F5)
        t = (state ^ (state >> np.uint32(15))) * (state | np.uint32(1))
        t = (t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61))) ^ t
        return (t ^ (t >> np.uint32(14))).astype(np.float64) / 2**32


class Residual(nn.Sequential):
    """x + f(x)"""

    def forward(self, x):
        return x + super().forward(x)


class TopK(nn.Module):
    """Of each row the k largest, and zeros."""

    def __init__(self, k):
        super().__init__()
        self.k = k

    def forward(self, x):
        values, places = x.topk(self.k)
        return torch.zeros_like(x).scatter(1, places, values)


class Gaussian(nn.Module):
    """A sample of the code; keeps what its divergence from the prior adds to the loss."""

    def __init__(self, linear):
        super().__init__()
        self.linear = linear

    def forward(self, x):
        mean, logvar = self.linear(x).chunk(2, 1)
        self.divergence = 0.5 * (mean**2 + torch.exp(logvar) - logvar - 1).sum() / len(x)
        return mean + torch.exp(0.5 * logvar) * torch.randn_like(mean)


activations = {'relu': nn.ReLU, 'sigmoid': nn.Sigmoid}


class Maker:
    """Makes the layers of a work in their order, with their first weights."""

    def __init__(self, work):
        self.channels = work['input'][-1]
        self.last = work['layers'][-1]
        self.drawn = 0

    def layers(self, layers):
        return [module for layer in layers for module in self.modules(layer)]

    def weighted(self, module, kernel_shape, units):
        """With values drawn for a kernel [inputs, outputs], or [height, width, channels, filters], in PyTorch's order."""
        *taps, inputs, _ = kernel_shape
        count = int(np.prod(kernel_shape))
        values = numbers(2, count, self.drawn)
        self.drawn += count
        limit = np.sqrt(6 / (np.prod(taps) * (inputs + units)))
        kernel = torch.tensor(((2 * values - 1) * limit).reshape(kernel_shape), dtype=torch.float32)
        with torch.no_grad():
            module.weight.copy_(kernel.permute(3, 2, 0, 1) if taps else kernel.T)
            module.bias.zero_()
        return module

    def modules(self, layer):
        kind, inputs = layer['kind'], self.channels
        if kind == 'conv':
            size, self.channels = layer['kernel'], layer['filters']
            padding = size // 2 if layer['padding'] == 'same' else 0
            module = nn.Conv2d(inputs, self.channels, size, padding=padding)
            made = [self.weighted(module, [size, size, inputs, self.channels], self.channels)]
        elif kind in ('dense', 'gaussian'):
            self.channels = layer['units']
            outputs = self.channels * (2 if kind == 'gaussian' else 1)
            made = [self.weighted(nn.Linear(inputs, outputs), [inputs, outputs], self.channels)]
            if kind == 'gaussian':
                return [Gaussian(*made)]
        else:
            return [self.without_weights(layer)]
        # The loss is of logits.
        activation = None if layer is self.last else activations.get(layer['activation'])
        return made + [activation()] if activation else made

    def without_weights(self, layer):
        kind = layer['kind']
        if kind == 'residual':
            return Residual(*self.layers(layer['layers']))
        return {
            'norm': lambda: nn.BatchNorm2d(self.channels),
            'relu': nn.ReLU,
            'topk': lambda: TopK(layer['k']),
            'pool': lambda: nn.MaxPool2d(2, ceil_mode=True),
            'upsample': lambda: nn.Upsample(scale_factor=2),
        }[kind]()


def loss_of(model, x):
    y = model(x)
    gaussian = [module for module in model if isinstance(module, Gaussian)]
    if not gaussian:
        return f.binary_cross_entropy_with_logits(y, x)
    return f.binary_cross_entropy_with_logits(y, x, reduction='sum') / len(x) + gaussian[0].divergence


def main():
    asked = json.load(sys.stdin)
    work, batches = asked['work'], asked['batches']
    torch.set_num_threads(asked['threads'])
    height_width = work['input'][:2] if len(work['input']) > 1 else None
    features = int(np.prod(work['input']))
    pixels = np.maximum(0, 2 * numbers(1, batches * work['batch'] * features) - 1).astype(np.float32)
    shape = [batches, work['batch'], 1, *height_width] if height_width else [batches, work['batch'], features]
    data = torch.tensor(pixels.reshape(shape))
    model = nn.Sequential(*Maker(work).layers(work['layers']))
    optimizer = torch.optim.Adam(model.parameters(), lr=asked['rate'], eps=asked['epsilon'])

    def run(steps):
        losses = []
        for i in range(steps):
            loss = loss_of(model, data[i % batches])
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
