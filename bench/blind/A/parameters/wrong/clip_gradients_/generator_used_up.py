"""Goes through params once for the norm and once to shrink, so with net.parameters() the second
loop finds nothing, against "`params` may be a generator".

slip: went through the generator twice
"""


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:

    grads = {id(p): p.grad for p in params if p.grad is not None}
    if not grads:
        return torch.tensor(0.0)
    norm = torch.stack([torch.linalg.vector_norm(g) for g in grads.values()]).norm()
    if not norm.isfinite():
        raise ValueError(f"the norm of the gradients is {norm.item()}")
    if norm > max_norm:
        done = set()
        for p in params:
            if p.grad is not None and id(p) not in done:
                done.add(id(p))
                p.grad.mul_(max_norm / norm)
    return norm
