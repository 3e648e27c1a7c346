"""Reads the loss at every step.

says: in the loop waits at every step
"""
def train_epoch(net, loader, loss_fn, optimizer, device):
    net.train()
    total, n = 0.0, 0
    for x, y in loader:
        loss = loss_fn(net(x.to(device)), y.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        n += 1
    if n == 0:
        raise ValueError
    return total / n
