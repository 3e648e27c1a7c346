"""Adds up the loss with its graph.

says: add up or keep loss\.detach
"""
def train_epoch(net, loader, loss_fn, optimizer, device):
    net.train()
    total, n = 0, 0
    for x, y in loader:
        loss = loss_fn(net(x.to(device)), y.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.float()
        n += 1
    if n == 0:
        raise ValueError
    return (total / n).item()
