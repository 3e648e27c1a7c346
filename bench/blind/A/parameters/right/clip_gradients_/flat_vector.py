"""Joins all gradients to one float64 vector for the norm and gives the norm back in their own
precision.

slip: one long vector in double precision
"""


@torch.no_grad()
def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    grads = list({id(p): p.grad for p in params if isinstance(p.grad, Tensor)}.values())
    flat = torch.cat([torch.zeros(1, dtype=torch.double)] + [g.detach().reshape(-1).double().cpu() for g in grads])
    exact = float(flat.dot(flat)) ** 0.5
    if exact != exact or exact == float("inf"):
        raise ValueError(exact)
    if exact > max_norm:
        for g in grads:
            g *= max_norm / exact
    if not grads:
        return torch.zeros(())
    wide = torch.float64 if any(g.dtype == torch.float64 for g in grads) else torch.float32
    return torch.tensor(exact, dtype=wide, device=grads[0].device)
