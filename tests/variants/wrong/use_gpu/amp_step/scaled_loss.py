"""Returns the scaled loss.

says: the loss that is returned is not scaled
"""
_right = amp_step


def amp_step(net, inputs, targets, loss_fn, optimizer, scaler, *, max_norm=1.0, dtype=torch.float16):
    scale = scaler.get_scale()
    return scale * _right(net, inputs, targets, loss_fn, optimizer, scaler, max_norm=max_norm, dtype=dtype)
