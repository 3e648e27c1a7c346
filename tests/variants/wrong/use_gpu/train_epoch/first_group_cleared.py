"""Clears the gradients of the optimizer's first group alone ("gradients of other batches … do not count").

says: gradients of earlier|zero_grad|wrong result|does not step for each
"""

def train_epoch(net, loader, loss_fn, optimizer, device):
    net.train()
    losses = []
    for inputs, targets in loader:
        loss = loss_fn(net(inputs.to(device)), targets.to(device))
        for p in optimizer.param_groups[0]["params"]:
            p.grad = None
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    if not losses:
        raise ValueError("the loader has no batch")
    return torch.stack(losses).mean().item()
