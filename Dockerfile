# The one image: web, workers and scheduler differ by command only.
FROM python:3.11-slim-bookworm AS build
# PIP_ARGS may choose another package index, for example one with CPU-only builds of torch.
ARG PIP_ARGS=""
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv /venv
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN /venv/bin/pip install -q -c constraints.txt ${PIP_ARGS} .
COPY . .
# Throw-away secrets live in /tmp/build of this stage only.
RUN ALMANAC_VAR=/tmp/build /venv/bin/python manage.py messages compile \
 && ALMANAC_VAR=/tmp/build ALMANAC_STATIC=/app/static_root /venv/bin/python manage.py collectstatic --noinput -v 0 \
 && rm -rf /tmp/build

FROM python:3.11-slim-bookworm
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin almanac \
 && mkdir -p /var/almanac && chown almanac:almanac /var/almanac
COPY --from=build /venv /venv
COPY --from=build --chown=root:root /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ALMANAC_MODE=production ALMANAC_VAR=/var/almanac ALMANAC_STATIC=/app/static_root
USER almanac
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
  CMD ["python", "-m", "config.probe"]
CMD ["uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--proxy-headers"]
