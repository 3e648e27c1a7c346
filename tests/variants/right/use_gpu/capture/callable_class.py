"""A class with __call__, results detached."""
_on_gpu = capture


class _Captured:
    def __init__(self, fn, example):
        self.fn = fn
        self.like = torch.empty_like(example)

    def __call__(self, x):
        for name in ("shape", "dtype", "device"):
            if getattr(x, name) != getattr(self.like, name):
                raise ValueError(f"another {name}")
        self.like.copy_(x.detach())
        return self.fn(self.like).detach().clone()


def capture(fn, example):
    return _on_gpu(fn, example) if example.is_cuda else _Captured(fn, example)
