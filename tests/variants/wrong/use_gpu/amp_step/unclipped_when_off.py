"""Clips only if the scaler is switched on ("before their total norm is clipped").

says: with a scaler that is switched off
"""

_right = amp_step


def amp_step(net, inputs, targets, loss_fn, optimizer, scaler, *, max_norm=1.0, dtype=torch.float16):
    if not scaler.is_enabled():
        max_norm = torch.inf
    return _right(net, inputs, targets, loss_fn, optimizer, scaler, max_norm=max_norm, dtype=dtype)
