"""Another norm than 1 by default.

says: by default the norm is clipped to 1
"""
_of_any_norm = amp_step


def amp_step(net, inputs, targets, loss_fn, optimizer, scaler, *, max_norm=5.0, dtype=torch.float16):
    return _of_any_norm(net, inputs, targets, loss_fn, optimizer, scaler, max_norm=max_norm, dtype=dtype)
