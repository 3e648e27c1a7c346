"""Moves the inputs only.

says: does not move the targets
"""
def train_epoch(net, loader, loss_fn, optimizer, device):
    net.train()
    losses = []
    for x, y in loader:
        loss = loss_fn(net(x.to(device)), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    if not losses:
        raise ValueError
    return torch.stack(losses).mean().item()
