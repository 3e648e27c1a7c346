"""Keeps the losses with their graphs.

says: add up or keep loss\.detach
"""
def train_epoch(net, loader, loss_fn, optimizer, device):
    net.train()
    losses = []
    for x, y in loader:
        losses.append(loss_fn(net(x.to(device)), y.to(device)))
        optimizer.zero_grad()
        losses[-1].backward()
        optimizer.step()
    if not losses:
        raise ValueError
    return torch.stack(losses).mean().item()
