#!/usr/bin/env python3
"""Figures of experiment 0005: `limit` or `roads`, then a data set (mnist, fashion-mnist) and an angle. Needs PyTorch and METAMIRROR_DATA."""
import gzip, math, os, sys
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F

torch.set_num_threads(1)
T, BATCH, IMAGES, SUBSET = 300, 128, 10000, 2000


def idx(name):
    b = gzip.open(os.path.join(os.environ["METAMIRROR_DATA"], name)).read()
    return np.frombuffer(b, np.uint8, offset=4 + 4 * b[3]).reshape([int.from_bytes(b[4 + 4 * i:8 + 4 * i], "big") for i in range(b[3])])


def task(data, degrees):
    x = torch.tensor(idx(f"{data}/train-images-idx3-ubyte.gz")[:IMAGES].astype(np.float32) / 255)
    y = torch.tensor(idx(f"{data}/train-labels-idx1-ubyte.gz")[:IMAGES].astype(np.int64))
    a = math.radians(degrees)
    t = torch.tensor([[math.cos(a), -math.sin(a), 0], [math.sin(a), math.cos(a), 0]])[None].expand(len(x), 2, 3).float()
    return F.grid_sample(x[:, None], F.affine_grid(t, (len(x), 1, 28, 28), align_corners=False), align_corners=False)[:, 0], y


def model(seed):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 100), nn.ReLU(), nn.Linear(100, 10))


def batches(n, seed):
    g = torch.Generator().manual_seed(seed + 999)
    while True:
        yield torch.randint(0, n, (BATCH,), generator=g)


def limit(x, y, steps=70):
    """Least loss on all images, by training on those of the first batches alone."""
    for seed in (1, 2):
        source = batches(len(x), seed)
        seen = torch.cat([next(source) for _ in range(steps)])
        least = math.inf
        for decay in (0, .01, .1):
            for lr in (.001, .003):
                m = model(seed)
                o = torch.optim.AdamW(m.parameters(), lr=lr, weight_decay=decay)
                for t in range(1500):
                    i = seen[torch.randint(0, len(seen), (256,))]
                    o.zero_grad()
                    F.cross_entropy(m(x[i]), y[i]).backward()
                    o.step()
                    if t % 25 == 0:
                        with torch.no_grad():
                            least = min(least, F.cross_entropy(m(x), y).item())
        print(f"seed {seed}: {len(seen.unique())} images seen by step {steps}, least loss on all {len(x)}: {least:.4f}", flush=True)


def orthonormal(a):
    q, r = torch.linalg.qr(a)
    s = torch.sign(torch.diagonal(r))
    s[s == 0] = 1
    return q * s


def tracked(ps, lr, decay, rank=32, every=3, bs=.95, b1=.9, b2=.99, large=200):
    """Tracked basis, random start; second moments turned with their bases."""
    states = []
    for p in ps:
        n = p.shape[1] if p.dim() > 1 else 1
        big = n > large
        vr = torch.linalg.qr(torch.randn(n, rank, generator=torch.Generator().manual_seed(0)))[0] if big else torch.eye(1)
        states.append(dict(big=big, L=0, R=0, acc=0, m=0, v=0, vq=0, vr=vr))

    @torch.no_grad()
    def step(t):
        c1, c2 = 1 - b1 ** (t + 1), 1 - b2 ** (t + 1)
        for p, s in zip(ps, states):
            g = p.grad.reshape(p.shape[0], -1)
            s["L"] = bs * s["L"] + (1 - bs) * g @ g.T
            if s["big"]:
                s["acc"] = bs * s["acc"] + (1 - bs) * (g.T @ (g @ s["vr"]))
            elif p.dim() > 1:
                s["R"] = bs * s["R"] + (1 - bs) * g.T @ g
            if t == 0:
                s["vl"] = torch.linalg.eigh(s["L"])[1].flip(1)
                if not s["big"] and p.dim() > 1:
                    s["vr"] = torch.linalg.eigh(s["R"])[1].flip(1)
                continue
            if t % every == 0 or t in (1, 3, 6):
                vl, vr = s["vl"], s["vr"]
                s["vl"] = orthonormal(s["L"] @ vl)
                if s["big"]:
                    s["vr"] = orthonormal(s["acc"])
                    s["acc"] = s["acc"] @ (vr.T @ s["vr"])
                elif p.dim() > 1:
                    s["vr"] = orthonormal(s["R"] @ vr)
                if torch.is_tensor(s["v"]):
                    a, b = (s["vl"].T @ vl) ** 2, (vr.T @ s["vr"]) ** 2
                    s["v"] = a @ s["v"] @ b / (b.sum(0, keepdim=True) if s["big"] else 1)
                    s["vq"] = a @ s["vq"] if s["big"] else 0
            s["m"] = b1 * s["m"] + (1 - b1) * g
            used = b1 * s["m"] + (1 - b1) * g
            d, md = s["vl"].T @ g @ s["vr"], s["vl"].T @ used @ s["vr"]
            s["v"] = b2 * s["v"] + (1 - b2) * d * d
            out = s["vl"] @ ((md / c1) / ((s["v"] / c2).sqrt() + 1e-8)) @ s["vr"].T
            if s["big"]:
                off = lambda a: s["vl"].T @ (a - a @ s["vr"] @ s["vr"].T)
                s["vq"] = b2 * s["vq"] + (1 - b2) * off(g) ** 2
                out = out + s["vl"] @ ((off(used) / c1) / ((s["vq"] / c2).sqrt() + 1e-8))
            p.sub_(lr * decay(t) * out.reshape(p.shape))
    return step


def adam(ps, lr, decay):
    o = torch.optim.Adam(ps, lr=lr)

    def step(t):
        o.param_groups[0]["lr"] = lr * decay(t)
        o.step()
    return step


def roads(x, y, target):
    linear, inverse = lambda t: 1 - .95 * t / T, lambda k: lambda t: 1 / (1 + t / k)
    rows = [("Adam, linear", adam, linear, (.01, .015)), ("tracked, linear", tracked, linear, (.016, .024, .032))]
    rows += [(f"tracked, to 10 % at {h}", tracked, lambda t, h=h: max(.1, 1 - t / h), (.024,)) for h in (60, 80, 120)]
    rows += [(f"tracked, 1 / (1 + t / {k})", tracked, inverse(k), (.016, .024, .032)) for k in (40, 80, 150)]
    for name, rule, decay, rates in rows:
        for lr in rates:
            curves = []
            for seed in (1, 2, 3):
                m = model(seed)
                step, source, losses = rule(list(m.parameters()), lr, decay), batches(len(x), seed), []
                for t in range(T):
                    if t % 5 == 0:
                        with torch.no_grad():
                            losses.append(F.cross_entropy(m(x[:SUBSET]), y[:SUBSET]).item())
                    i = next(source)
                    m.zero_grad()
                    F.cross_entropy(m(x[i]), y[i]).backward()
                    step(t)
                curves.append(losses)
            c = np.array(curves)
            hits = [next((5 * k for k, v in enumerate(l) if v <= target), None) for l in curves]
            print(f"{name}, {lr}: mean {c.mean():.4f}, last tenth {c[:, -6:].mean():.4f}, steps to {target}: {hits}", flush=True)


if __name__ == "__main__":
    kind, data, degrees = sys.argv[1:4]
    images, labels = task(data, float(degrees))
    limit(images, labels) if kind == "limit" else roads(images, labels, .32 if data == "fashion-mnist" else .08)
