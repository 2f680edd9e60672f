"""Prototype of averaged iterates with learned rates (docs/experiments/0008-averaged-meta-gradients.md); needs PyTorch and METAMIRROR_DATA.

   METAMIRROR_DATA=... OMP_NUM_THREADS=1 python3 docs/experiments/0008-averaged-meta-gradients.py fashion-mnist|mnist
   Images turned by 90 degrees, which nothing is reported on; 784-100-100-10, b128, T = 2,000, one seed.
   Prints for each start rate: final training loss (first step at which the loss is at most .22, or -1)."""
import gzip, os, struct, sys
import numpy as np, torch

torch.set_num_threads(1)
SIZES, COUNT, STEPS, EVERY = [784, 100, 100, 10], 10_000, 2_000, 25
LIMIT = np.log(10)


def idx(name, part):
    folder = os.path.join(os.environ["METAMIRROR_DATA"], name)
    path = next(os.path.join(folder, f) for f in sorted(os.listdir(folder)) if part in f)
    data = (gzip.open if path.endswith("gz") else open)(path, "rb").read()
    shape = struct.unpack(">" + "I" * data[3], data[4:4 + 4 * data[3]])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def start(seed):
    g, parts = torch.Generator().manual_seed(seed), []
    for a, b in zip(SIZES, SIZES[1:]):
        parts += [(torch.rand(b, a, generator=g) * 2 - 1) / a ** .5, (torch.rand(b, generator=g) * 2 - 1) / a ** .5]
    return torch.cat([p.reshape(-1) for p in parts])


def views(theta):
    out, at = [], 0
    for a, b in zip(SIZES, SIZES[1:]):
        out += [theta[at:at + a * b].view(b, a), theta[at + a * b:at + a * b + b]]
        at += a * b + b
    return out


def evaluate(theta, x, y, gradient=True):
    w1, b1, w2, b2, w3, b3 = views(theta)
    h1 = torch.addmm(b1, x, w1.t()).relu_()
    h2 = torch.addmm(b2, h1, w2.t()).relu_()
    p, n = torch.log_softmax(torch.addmm(b3, h2, w3.t()), 1), len(y)
    loss = -p[torch.arange(n), y].mean().item()
    if not gradient:
        return loss
    d = p.exp_()
    d[torch.arange(n), y] -= 1
    d /= n
    g = torch.empty_like(theta)
    v = views(g)
    d2 = (d @ w3) * (h2 > 0)
    d1 = (d2 @ w2) * (h1 > 0)
    for i, (e, h) in enumerate([(d1, x), (d2, h1), (d, h2)]):
        v[2 * i].copy_(e.t() @ h)
        v[2 * i + 1].copy_(e.sum(0))
    return loss, g


def run(rule, x, y, seed=0):
    theta, rng, state, losses = start(seed), np.random.default_rng(seed), {}, []
    for t in range(STEPS):
        if t % EVERY == 0:
            losses.append(evaluate(theta, x[:2000], y[:2000], False))
        batch = torch.tensor(rng.integers(0, COUNT, 128))
        loss, g = evaluate(theta, x[batch], y[batch])
        if not np.isfinite(loss):
            return np.array(losses + [np.inf] * (STEPS // EVERY - len(losses)))
        theta = rule(theta, g, t, state)
    return np.array(losses)


def heavy_ball(rate):
    def step(theta, g, t, s):
        s["m"] = g.clone() if t == 0 else s["m"].mul_(.9).add_(g)
        return theta - rate * s["m"]
    return step


def adam(rate):
    def step(theta, g, t, s):
        if t == 0:
            s["m"], s["v"] = torch.zeros_like(g), torch.zeros_like(g)
        s["m"].mul_(.9).add_(g, alpha=.1)
        s["v"].mul_(.999).addcmul_(g, g, value=.001)
        return theta - rate * (s["m"] / (1 - .9 ** (t + 1))) / ((s["v"] / (1 - .999 ** (t + 1))).sqrt() + 1e-8)
    return step


def cosine(a, b):
    return float((a * b).sum()) / (float(a.norm() * b.norm()) + 1e-30)


def averaged(rate, b=.9, p=1, beta=.2, share=.01, gamma=.999, hint=True, project=True):
    def step(theta, g, t, s):
        if t == 0:
            zero = torch.zeros_like(g)
            s.update(z=theta.clone(), x=theta.clone(), ez=zero, ex=zero, share=zero.clone(), m=zero.clone(), v=zero.clone(), log=0.)
        c, guess = (p + 1) / (t + 1 + p), 0.
        if t:
            e = (1 - b) * s["ez"] + b * s["ex"]
            s["log"] -= beta * cosine(g, e)
            if share:
                h = -g * e
                s["m"].mul_(.9).add_(h, alpha=.1)
                s["v"].mul_(.99).addcmul_(h, h, value=.01)
                v = s["v"] / (1 - .99 ** t)
                s["share"].add_(s["m"] / (1 - .9 ** t) / (v.sqrt() + v.mean().sqrt() + 1e-30), alpha=share).clamp_(-LIMIT, LIMIT)
            k = float((g * e).sum() / (g * g).sum())
            if project and k > 0:
                s["ez"], s["ex"] = s["ez"] - k * g, s["ex"] - k * g
            if hint:
                ez = gamma * s["ez"] - rate * np.exp(s["log"]) * s["share"].exp() * g
                guess = beta * cosine(g, (1 - b) * ez + b * (gamma * (1 - c) * s["ex"] + c * ez))
        move = rate * np.exp(s["log"] - guess) * s["share"].exp() * g
        s["z"] = s["z"] - move
        s["x"] = s["x"] + c * (s["z"] - s["x"])
        s["ez"] = gamma * s["ez"] - move
        s["ex"] = gamma * (1 - c) * s["ex"] + c * s["ez"]
        return (1 - b) * s["z"] + b * s["x"]
    return step


def main(name):
    x = np.rot90(idx(name, "train-images")[:COUNT].astype(np.float32) / 255, 1, (1, 2)).reshape(COUNT, -1).copy()
    x, y = torch.tensor(x), torch.tensor(idx(name, "train-labels")[:COUNT].astype(np.int64))

    def show(label, rule, rates, **options):
        cells = []
        for rate in rates:
            losses = run(rule(rate, **options), x, y)
            reached = losses <= .22
            cells.append(f"{rate:g}: {losses[-len(losses) // 10:].mean():.3f} ({int(np.argmax(reached)) * EVERY if reached.any() else -1})")
        print(label, " ".join(cells), flush=True)

    three = [1e-3, 1e-2, 1]
    show("heavy ball", heavy_ball, [.03, .1, .2])
    show("adam", adam, [.001, .002, .004])
    show("averaged", averaged, three)
    for label, options in {
        "no averaging (b = 0)": dict(b=0.), "b = .8": dict(b=.8), "b = .95": dict(b=.95), "weights 1 (p = 0)": dict(p=0), "p = 2": dict(p=2),
        "memory .9": dict(gamma=.9), "memory .99": dict(gamma=.99), "memory 1": dict(gamma=1.), "no projection": dict(project=False), "no projection, memory 1": dict(project=False, gamma=1.),
        "beta .1": dict(beta=.1), "beta .3": dict(beta=.3), "no shares": dict(share=0.), "shares .05": dict(share=.05), "no hint": dict(hint=False),
    }.items():
        show(label, averaged, three, **options)


if __name__ == "__main__":
    main(sys.argv[1])
