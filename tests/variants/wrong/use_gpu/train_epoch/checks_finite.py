"""Looks at every loss before it goes on.

says: in the loop waits at every step
"""
def train_epoch(net, loader, loss_fn, optimizer, device):
    net.train()
    losses = []
    for x, y in loader:
        loss = loss_fn(net(x.to(device)), y.to(device))
        if loss.isinf():
            continue
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    if not losses:
        raise ValueError
    return torch.stack(losses).mean().item()
