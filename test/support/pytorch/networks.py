"""
The networks of test/node/pytorch.test.ts as PyTorch has them. In the folder that is its argument, for each of them: takes a file of weights
and an input, writes the reconstruction; then draws weights of its own, and writes those and what they make of the same input.
"""

import sys
from pathlib import Path

import numpy
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import elu, gelu, leaky_relu, linear, silu, softplus


class Activated(nn.Module):
    """The activation is part of the layer, as in the files."""

    activation = staticmethod(lambda x: x)

    def forward(self, x):
        return self.activation(super().forward(x))


def layer(kind, *sizes, activation=None, **options):
    made = type(kind.__name__, (Activated, kind), {})(*sizes, **options)
    if activation:
        made.activation = activation
    return made


class Gaussian(nn.Module):
    def __init__(self, inputs, units):
        super().__init__()
        self.mean = nn.Linear(inputs, units)
        self.logvar = nn.Linear(inputs, units)

    def forward(self, x):
        return self.mean(x)


class Tied(nn.Module):
    """The encoder's matrix the other way round, and a bias of its own."""

    def __init__(self, encoder):
        super().__init__()
        self.encoders = [encoder]  # In a list, so that its weight is not counted twice.
        self.bias = nn.Parameter(torch.zeros(encoder.in_features))

    def forward(self, x):
        return torch.sigmoid(linear(x, self.encoders[0].weight.t(), self.bias))


def tied():
    encoder = layer(nn.Linear, 12, 5, activation=torch.tanh)
    return [encoder], [Tied(encoder)]


networks = {
    'dense': lambda: (
        [layer(nn.Linear, 12, 9, activation=torch.relu), layer(nn.Linear, 9, 7, activation=gelu), layer(nn.Linear, 7, 3)],
        [layer(nn.Linear, 3, 8, activation=elu), layer(nn.Linear, 8, 9, activation=silu), layer(nn.Linear, 9, 12, activation=torch.sigmoid)],
    ),
    'variational': lambda: (
        [layer(nn.Linear, 12, 8, activation=softplus), Gaussian(8, 2)],
        [layer(nn.Linear, 2, 8, activation=leaky_relu), layer(nn.Linear, 8, 12)],
    ),
    'tied': tied,
    'convolutional': lambda: (
        [
            layer(nn.Conv2d, 3, 5, 3, stride=2, padding=1, activation=torch.relu),
            nn.MaxPool2d(2),
            nn.Flatten(),
            layer(nn.Linear, 20, 4, activation=torch.tanh),
        ],
        [
            layer(nn.Linear, 4, 20, activation=torch.relu),
            nn.Unflatten(1, (5, 2, 2)),
            nn.Upsample(scale_factor=2, mode='nearest'),
            layer(nn.ConvTranspose2d, 5, 3, 3, stride=2, padding=1, output_padding=1, activation=torch.sigmoid),
        ],
    ),
    'normalized': lambda: (
        [
            nn.Conv2d(2, 6, 2, bias=False),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.GroupNorm(3, 6),
            nn.Flatten(),
            nn.Linear(72, 5),
            nn.BatchNorm1d(5, eps=0.01),
        ],
        [
            nn.LayerNorm(5),
            layer(nn.Linear, 5, 40, activation=lambda x: leaky_relu(x, 0.2)),
            nn.LayerNorm(40),
            nn.Sigmoid(),
            nn.Unflatten(1, (2, 5, 4)),
        ],
    ),
    'sequences': lambda: (
        [
            layer(nn.Conv1d, 3, 6, 5, stride=2, padding=2, groups=3, activation=torch.relu),
            nn.MaxPool1d(3, stride=2, padding=1),
            layer(nn.Conv1d, 6, 12, 3, padding=2, dilation=2, groups=6, activation=torch.tanh),
            nn.AvgPool1d(2),
            nn.Flatten(),
            nn.Linear(24, 5),
        ],
        [
            layer(nn.Linear, 5, 24, activation=elu),
            nn.Unflatten(1, (6, 4)),
            nn.Upsample(scale_factor=2, mode='linear', align_corners=False),
            layer(nn.ConvTranspose1d, 6, 3, 4, stride=2, padding=1, activation=torch.sigmoid),
        ],
    ),
    'apart and in groups': lambda: (
        [
            layer(nn.Conv2d, 4, 8, 3, padding=2, dilation=2, groups=4, activation=torch.relu),
            layer(nn.Conv2d, 8, 8, (3, 2), stride=(2, 1), padding=(1, 0), groups=8, activation=torch.tanh),
            layer(nn.Conv2d, 8, 6, 3, stride=2, padding=(2, 1), dilation=(2, 1), groups=2, bias=False, activation=elu),
            nn.MaxPool2d((3, 2), stride=1, padding=(1, 0)),
        ],
        [
            layer(nn.ConvTranspose2d, 6, 5, (3, 2), stride=2, padding=(1, 0), output_padding=(0, 1), dilation=(1, 2), activation=torch.relu),
            layer(nn.ConvTranspose2d, 5, 4, (3, 2), stride=(2, 1), padding=1, dilation=(1, 2), activation=torch.sigmoid),
        ],
    ),
    'code of an image': lambda: (
        [layer(nn.Conv2d, 2, 3, 2, activation=torch.tanh), nn.Flatten(), Gaussian(36, 12)],
        [nn.Unflatten(1, (3, 2, 2)), layer(nn.ConvTranspose2d, 3, 2, (4, 3), activation=torch.sigmoid)],
    ),
    'bilinear': lambda: (
        [layer(nn.Conv2d, 2, 4, (3, 2), bias=False, activation=torch.tanh)],
        [nn.Upsample(scale_factor=2, mode='bilinear', align_corners=False), layer(nn.Conv2d, 4, 2, (4, 5), activation=torch.sigmoid)],
    ),
}
# One example; images with their channels last, as the library has them.
shapes = {'dense': (12,), 'variational': (12,), 'tied': (12,), 'convolutional': (8, 8, 3), 'code of an image': (5, 4, 2), 'bilinear': (7, 6, 2), 'normalized': (5, 4, 2), 'sequences': (16, 3), 'apart and in groups': (9, 8, 4)}

folder = Path(sys.argv[1])
torch.manual_seed(1)
for name, make in networks.items():
    encoder, decoder = make()
    model = nn.ModuleDict({'encoder': nn.Sequential(*encoder), 'decoder': nn.Sequential(*decoder)}).eval()
    x = torch.from_numpy(numpy.fromfile(folder / f'{name}.input', '<f4').reshape(-1, *shapes[name]))

    def reconstruct():
        y = x if x.dim() == 2 else x.movedim(-1, 1)
        y = model['decoder'](model['encoder'](y))
        return (y if y.dim() == 2 else y.movedim(1, -1)).detach().contiguous().numpy()

    with torch.no_grad():
        model.load_state_dict(load_file(folder / f'{name}.safetensors'))
        reconstruct().tofile(folder / f'{name}.reconstruction')
        for weights in model.parameters():
            weights.uniform_(-0.5, 0.5)
        save_file(model.state_dict(), folder / f'{name}.from-torch.safetensors')
        reconstruct().tofile(folder / f'{name}.from-torch.reconstruction')
