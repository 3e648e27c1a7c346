"""An explicit iterator, the gradients set to None by hand, the mean as a fold."""
def train_epoch(
    net: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: Device,
) -> float:
    batches = iter(loader)
    pair = next(batches, None)
    if pair is None:
        raise ValueError("an epoch needs a batch")
    net.train()
    done, mean = 0, torch.zeros((), device=device)
    while pair is not None:
        features, labels = to_device(tuple(pair), device)
        loss = loss_fn(net(features), labels)
        for group in optimizer.param_groups:
            for p in group["params"]:
                p.grad = None
        loss.backward()
        optimizer.step()
        done += 1
        mean += (loss.detach() - mean) / done
        del loss
        pair = next(batches, None)
    return mean.item()
