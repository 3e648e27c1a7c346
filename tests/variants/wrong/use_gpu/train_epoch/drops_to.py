"""Calls x.to(device) and drops the result.

says: x itself does not move
"""
def train_epoch(net, loader, loss_fn, optimizer, device):
    net.train()
    losses = []
    for x, y in loader:
        x.to(device)
        y.to(device)
        loss = loss_fn(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    if not losses:
        raise ValueError
    return torch.stack(losses).mean().item()
