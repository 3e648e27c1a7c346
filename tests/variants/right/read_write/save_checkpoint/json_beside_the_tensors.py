"""Step and names are a JSON text in the file, and the optimizer's state is sorted by a permutation.
"""

def _name_lists(model: nn.Module, optimizer: torch.optim.Optimizer) -> list[list[str]]:
    where = {p: n for n, p in model.named_parameters()}
    return [list(map(where.__getitem__, g["params"])) for g in optimizer.param_groups]


def save_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    step: int,
) -> None:
    notes = json.dumps({"step": step, "names": _name_lists(model, optimizer)})
    states = [part.state_dict() for part in (model, optimizer, scheduler)]
    with open(path, "wb") as file:
        torch.save([notes, torch.get_rng_state(), *states], file)


def load_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
) -> int:
    notes, rng, weights, momenta, schedule = torch.load(path, weights_only=True)
    notes = json.loads(notes)
    was, now = notes["names"], _name_lists(model, optimizer)
    if [frozenset(names) for names in was] != [frozenset(names) for names in now]:
        raise ValueError(f"the groups had {was}, and now they have {now}")
    place = {name: i for i, name in enumerate(chain(*now))}
    permutation = [place[name] for name in chain(*was)]
    momenta["state"] = {permutation[i]: v for i, v in momenta["state"].items()}
    model.load_state_dict(weights)
    optimizer.load_state_dict(momenta)
    scheduler.load_state_dict(schedule)
    torch.default_generator.set_state(rng)
    return notes["step"]
