"""Shows the loss of every batch.

says: in the loop waits at every step
"""
def train_epoch(net, loader, loss_fn, optimizer, device):
    net.train()
    losses = []
    for i, (x, y) in enumerate(loader):
        loss = loss_fn(net(x.to(device)), y.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
        print(f"batch {i}: {loss}")
    if not losses:
        raise ValueError
    return torch.stack(losses).mean().item()
