"""A queue instead of recursion; paths as tuples."""
def lost_modules(net):
    from collections import deque

    own = set(nn.Module().__dict__)
    registered = [m for m in net.modules()]
    done = set()
    result = {}
    queue = deque()

    def spread(module, path):
        for name, child in module.named_modules():
            if id(child) in done:
                continue
            done.add(id(child))
            steps = tuple(name.split(".")) if name else ()
            for key, value in child.__dict__.items():
                if key not in own:
                    queue.append((path + steps + (key,), value, False))

    spread(net, ())
    while queue:
        path, value, inside = queue.popleft()
        if isinstance(value, nn.Module):
            known = any(value is m for m in registered) or any(value is m for m in result)
            if inside and not known:
                result[value] = ".".join(path)
                spread(value, path)
        elif isinstance(value, dict):
            if id(value) not in done:
                done.add(id(value))
                queue.extend((path + (str(k),), v, True) for k, v in value.items())
        elif isinstance(value, (list, tuple)):
            if id(value) not in done:
                done.add(id(value))
                queue.extend((path + (str(i),), v, True) for i, v in enumerate(value))
    return frozenset(result.values())
