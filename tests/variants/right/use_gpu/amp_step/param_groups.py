"""Clips what the optimizer holds; autocast by its full name; loss.data."""
def amp_step(net, inputs, targets, loss_fn, optimizer, scaler, *, max_norm=1.0, dtype=torch.float16):
    optimizer.zero_grad(set_to_none=False)
    with torch.amp.autocast(str(inputs.device).split(":")[0], dtype):
        out = net(inputs)
        loss = loss_fn(out, targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_([p for g in optimizer.param_groups for p in g["params"]], max_norm)
    scaler.step(optimizer)
    scaler.update()
    return loss.data
