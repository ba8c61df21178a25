# The command 'acrcloud' in an image with nothing else: no shell, no package, not root. Its default is the mock.
#
#   docker build -t acrcloud .
#   docker run --rm -p 127.0.0.1:8750:8750 acrcloud
#   docker run --rm -v "$PWD:/data" -e ACRCLOUD_BEARER_TOKEN -e ACRCLOUD_CONTAINER_ID acrcloud scan song.mp3
FROM --platform=$BUILDPLATFORM golang:1.26-bookworm AS build
ARG TARGETOS
ARG TARGETARCH
ARG REVISION=
ENV CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-buildvcs=false GOCACHE=/cache/build GOMODCACHE=/cache/modules
WORKDIR /src
COPY . .
RUN mkdir -m 755 /image
RUN --mount=type=cache,target=/cache GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags="-s -w -X main.revision=$REVISION" -o /image/acrcloud ./cmd/acrcloud
# Uploads without a known size go through the folder for temporary files; /data is where files are mounted, and where records are kept.
RUN mkdir -m 1777 /image/tmp /image/data

FROM scratch
ARG REVISION=
LABEL org.opencontainers.image.title="acrcloud" \
      org.opencontainers.image.description="Scans files for music, identifies samples, and runs a mock of ACRCloud" \
      org.opencontainers.image.source="https://github.com/musicchartsai/acrcloud-go" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /image/ /
USER 65532:65532
ENV HOME=/data
WORKDIR /data
EXPOSE 8750
# Of the mock. For other commands: --no-healthcheck.
HEALTHCHECK --interval=5s --timeout=5s --start-period=5s --retries=3 CMD ["/acrcloud", "mock", "health"]
ENTRYPOINT ["/acrcloud"]
# The page and the control API are for the machine outside, whose requests come from another address: publish the port on 127.0.0.1 only.
CMD ["mock", "--listen", ":8750", "--control", "all"]
