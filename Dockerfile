# flexcheck as an image: `docker build -t flexcheck .`, then `docker run --rm -v "$PWD:/work" flexcheck run`.
FROM python:3.12-slim AS build
WORKDIR /src
COPY requirements-run.lock ./
RUN python -m venv /opt/venv \
 && /opt/venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements-run.lock
COPY . .
RUN /opt/venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
COPY --from=build /opt/venv /opt/venv
COPY .gitlab/judge.sh /opt/flexcheck/judge.sh
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# A number, so that Kubernetes can tell that it is not root.
RUN useradd --uid 10001 --create-home flexcheck && install -d -o 10001 -g 10001 /work
USER 10001:10001
WORKDIR /work
ENTRYPOINT ["flexcheck"]
CMD ["run"]
