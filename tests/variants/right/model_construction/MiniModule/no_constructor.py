"""Works without its constructor: hooks and mode appear when they are needed."""
class MiniModule:
    training = True

    def __call__(self, *args):
        output = self.forward(*args)
        for hook in list(self.__dict__.get("_MiniModule__hooks", ())):
            result = hook[0](self, args, output)
            output = output if result is None else result
        return output

    def register_forward_hook(self, hook):
        hooks = self.__dict__.setdefault("_MiniModule__hooks", [])
        entry = (hook, object())
        hooks.append(entry)

        def remove():
            if entry in hooks:
                hooks.remove(entry)

        return remove

    def _walk(self, kind):
        for name, value in self.__dict__.items():
            group = enumerate(value) if isinstance(value, list) else [(None, value)]
            for i, entry in group:
                if isinstance(entry, kind):
                    yield name if i is None else "%s.%d" % (name, i), entry

    def children(self):
        seen = set()
        return (c for _, c in self._walk(MiniModule) if not (c in seen or seen.add(c)))

    def _named(self):
        yield from ((n, t) for n, t in self._walk(Tensor) if t.requires_grad and t.is_leaf)
        for name, child in self._walk(MiniModule):
            yield from ((name + "." + n, t) for n, t in child._named())

    def named_parameters(self):
        firsts = {}
        for name, t in self._named():
            firsts.setdefault(id(t), (name, t))
        return iter(firsts.values())

    def state_dict(self):
        return dict((name, t.detach()) for name, t in self._named())

    def train(self, mode=True):
        for child in self.children():
            child.train(mode)
        self.training = mode
        return self

    def eval(self):
        for child in self.children():
            child.eval()
        self.training = False
        return self
