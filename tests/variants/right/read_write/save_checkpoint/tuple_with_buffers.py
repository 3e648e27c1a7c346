"""A tuple, optimizer state by name, and the buffers that the state dict leaves out."""
from collections import Counter


def _naming(model, optimizer):
    names = []
    for group in optimizer.param_groups:
        names.append([])
        for parameter in group["params"]:
            for name, candidate in model.named_parameters():
                if candidate is parameter:
                    names[-1].append(name)
                    break
            else:
                raise ValueError("a parameter of the optimizer is not in the model")
    return names


def _volatile(model):
    kept = model.state_dict()
    return {name: b for name, b in model.named_buffers() if name not in kept}


def save_checkpoint(path, model, optimizer, scheduler, step):
    groups, memory = [], {}
    for names, group in zip(
        _naming(model, optimizer), optimizer.param_groups, strict=True
    ):
        options = {key: value for key, value in group.items() if key != "params"}
        groups.append((names, options))
        for name, parameter in zip(names, group["params"], strict=True):
            if parameter in optimizer.state:
                memory[name] = dict(optimizer.state[parameter])
    torch.save(
        (
            step,
            torch.random.get_rng_state(),
            dict(model.state_dict()),
            _volatile(model),
            groups,
            memory,
            scheduler.state_dict(),
        ),
        path,
    )


def load_checkpoint(path, model, optimizer, scheduler):
    step, rng, weights, volatile, groups, memory, schedule = torch.load(
        path, weights_only=True
    )
    naming = _naming(model, optimizer)
    if len(naming) != len(groups):
        raise ValueError(f"{len(groups)} groups were saved, not {len(naming)}")
    for number, (names, (saved, _)) in enumerate(zip(naming, groups, strict=True)):
        if Counter(names) != Counter(saved):
            differing = set(names) ^ set(saved)
            raise ValueError(f"group {number} differs in {sorted(differing)}")
    model.load_state_dict(weights)
    with torch.no_grad():
        for name, buffer in _volatile(model).items():
            buffer.copy_(volatile[name])
    optimizer.state.clear()
    for names, group, (_, options) in zip(
        naming, optimizer.param_groups, groups, strict=True
    ):
        group.update(options)
        for name, parameter in zip(names, group["params"], strict=True):
            if name in memory:
                optimizer.state[parameter] = memory[name]
    scheduler.load_state_dict(schedule)
    torch.random.set_rng_state(rng)
    return step
