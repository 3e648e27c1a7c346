"""All gradients in one vector, plain comparisons."""
def clip_gradients_(params, max_norm):
    grads, seen = [], set()
    for p in params:
        if p.grad is None or id(p) in seen:
            continue
        seen.add(id(p))
        grads.append(p.grad)
    total = sum((g.double() ** 2).sum() for g in grads) if grads else 0
    norm = torch.as_tensor(total, dtype=torch.float64).sqrt()
    if norm.isnan() or norm.isinf():
        raise ValueError
    scale = max_norm / norm.item() if norm.item() > max_norm else None
    for g in grads:
        if scale is not None:
            g *= scale
    return norm
