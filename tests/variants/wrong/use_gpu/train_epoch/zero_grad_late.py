"""Clears gradients after each step only.

says: before the first backward
"""
def train_epoch(net, loader, loss_fn, optimizer, device):
    net.train()
    losses = []
    for x, y in loader:
        loss = loss_fn(net(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.detach())
    if not losses:
        raise ValueError
    return torch.stack(losses).mean().item()
