# The grader in a container, for machines without bubblewrap: docs/container.md says how
# to run it. Built from constraints.txt, as every environment of the kit.

FROM python:3.11-slim-bookworm AS base
# Debian's own versions, with its security updates
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        bubblewrap git libseccomp2 make \
    && rm -rf /var/lib/apt/lists/*
ENV PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu

FROM base AS grader
WORKDIR /kit
COPY constraints.txt pyproject.toml README.md ./
COPY grader grader
RUN python -m pip install --no-cache-dir --constraint constraints.txt \
    --editable '.[instructor,similar]'
COPY exercises exercises
COPY solutions solutions
COPY tests/hidden tests/hidden
COPY tests/visible tests/visible
# what a submission must not read where it runs as another user of this container
RUN chmod -R go-rwx solutions tests/hidden
WORKDIR /work
ENTRYPOINT ["grader"]
CMD ["doctor"]
