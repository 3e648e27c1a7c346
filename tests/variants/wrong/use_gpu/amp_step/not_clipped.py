"""Does not clip.

says: the gradients are not clipped
"""
def amp_step(net, inputs, targets, loss_fn, optimizer, scaler, *, max_norm=1.0, dtype=torch.float16):
    optimizer.zero_grad()
    with torch.autocast(inputs.device.type, dtype=dtype):
        loss = loss_fn(net(inputs), targets)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()
