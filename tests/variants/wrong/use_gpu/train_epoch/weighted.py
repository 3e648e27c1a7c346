"""Weighs the losses by the batches' sizes.

says: batches count alike
"""
def train_epoch(net, loader, loss_fn, optimizer, device):
    net.train()
    total, n = 0, 0
    for x, y in loader:
        loss = loss_fn(net(x.to(device)), y.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, n = total + loss.detach() * len(x), n + len(x)
    if not n:
        raise ValueError
    return float(total / n)
