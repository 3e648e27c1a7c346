"""Clones the input for each call on the CPU."""
_on_gpu = capture


def capture(fn, example):
    if example.is_cuda:
        return _on_gpu(fn, example)
    shape, dtype, device = tuple(example.shape), example.dtype, example.device

    def run(x):
        if tuple(x.shape) != shape or x.dtype is not dtype or x.device != device:
            raise ValueError("another kind of input")
        with torch.inference_mode():
            return fn(x.clone()).clone()

    return run
