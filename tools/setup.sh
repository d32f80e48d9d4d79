#!/usr/bin/env bash
# Installs what wattlens is built and tested with: Debian packages, and Python wheels into .venv.
#
# Usage: tools/setup.sh [engine|torch|tests|lint|bench|fuzz|wheel]...   (no argument: engine, which is what a build needs)
#   PYTHON=FILE             the interpreter of .venv (else python3.11, python3.12 or python3.13)
#   WATTLENS_VENV=FOLDER    use this environment as it is, and make no .venv
#   WATTLENS_NO_PACKAGES=1  leave Debian packages alone
#   WATTLENS_TORCH=cuda     install PyTorch with CUDA (gigabytes) though this machine shows no NVIDIA GPU
# Does nothing, quickly and without the network, when everything is there.
set -euo pipefail
cd "$(dirname "$0")/.."

build_packages=(ccache cmake g++ git libarchive-dev libcli11-dev libeigen3-dev libboost-math-dev libfmt-dev
  libjpeg-dev libpng-dev libprotozero-dev libspdlog-dev libsqlite3-dev libtomlplusplus-dev libzstd-dev make
  nettle-dev ninja-build nlohmann-json3-dev pkg-config zlib1g-dev)
log=build/setup.log

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { # MESSAGE NEXT_STEP
  say "error: $1"
  say "       $2"
  exit 1
}

# Runs a command with its output in the log; shows the end of it where the command fails.
logged() { # NEXT_STEP COMMAND...
  local next=$1
  shift
  mkdir -p build
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 15 "$log" >&2
    fail "'$*' failed (all of its output: $log)" "$next"
  fi
}

check_system() {
  local id version_id
  id=$(sed -n 's/^ID=//p' /etc/os-release 2>/dev/null || true)
  version_id=$(sed -n 's/^VERSION_ID="\{0,1\}\([0-9]*\).*/\1/p' /etc/os-release 2>/dev/null || true)
  if ! command -v apt-get >/dev/null || { [[ $id == debian ]] && ((${version_id:-99} < 12)); }; then
    fail "this is not Debian 12 or newer (${id:-unknown} ${version_id:-})" \
      "use Debian 12, for instance in a container; or install ${packages[*]} yourself and set WATTLENS_NO_PACKAGES=1"
  fi
}

install_packages() {
  [[ -z ${WATTLENS_NO_PACKAGES:-} ]] || return 0
  check_system
  local present missing=() package
  present=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || true)
  for package in "${packages[@]}"; do
    grep -qx "installed $package" <<<"$present" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  local command="apt-get install -y --no-install-recommends ${missing[*]}" sudo=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "these Debian packages are missing: ${missing[*]}" "as root: $command"
    sudo=(sudo)
    # Without a terminal nobody can type a password.
    [[ -t 0 ]] || sudo -n true 2>/dev/null || fail "these Debian packages are missing: ${missing[*]}" "sudo $command"
    sudo true
  fi
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  local environment=(env DEBIAN_FRONTEND=noninteractive) options=(-q -y -o DPkg::Lock::Timeout=300)
  logged "check the network and /etc/apt/sources.list" "${sudo[@]}" "${environment[@]}" apt-get update "${options[@]}"
  logged "run it by hand: ${sudo[*]} $command" \
    "${sudo[@]}" "${environment[@]}" apt-get install "${options[@]}" --no-install-recommends "${missing[@]}"
}

# The version and the real path of an interpreter that can make an environment; empty for any other.
identity_of() {
  "$1" -c 'import ensurepip, os, sys, venv
if sys.version_info >= (3, 11): print(sys.version.split()[0], os.path.realpath(sys.executable))' 2>/dev/null || true
}

choose_python() { # sets python, identity
  local candidate candidates=()
  for candidate in python3.11 python3.12 python3.13; do
    candidates+=("$candidate" "/usr/bin/$candidate")
  done
  [[ -z ${PYTHON:-} ]] || candidates=("$PYTHON")
  for candidate in "${candidates[@]}"; do
    python=$candidate
    identity=$(identity_of "$candidate")
    [[ -z $identity ]] || return 0
  done
  if [[ -n ${PYTHON:-} ]]; then
    fail "PYTHON=$PYTHON cannot make a virtual environment" "name a Python 3.11 or newer that has venv and ensurepip"
  fi
  fail "no python3.11, python3.12 or python3.13 with the module venv" "apt-get install python3-venv, or set PYTHON=FILE"
}

# .venv/wattlens-interpreter is written first and .venv/wattlens-made last: what was interrupted is made again.
make_venv() {
  local venv=.venv record=.venv/wattlens-interpreter python identity
  choose_python
  if [[ -e $venv && ! -e $record ]]; then
    fail ".venv is there, but was not made by this script" "move it away, or use it as it is with WATTLENS_VENV=.venv"
  fi
  # Scripts in .venv name its folder: one that was moved is of no use.
  identity+=" in $PWD/$venv"
  if [[ -e $venv/wattlens-made && $(<"$record") == "$identity" ]] && "$venv/bin/python" -c '' 2>/dev/null; then
    return 0
  fi
  [[ ! -e $venv ]] || say ".venv was made elsewhere, with another interpreter, or not finished: making it again"
  say "making .venv with Python $identity"
  rm -rf "$venv"
  mkdir "$venv"
  echo "$identity" >"$record"
  logged "is the disk full? is the package python3-venv installed?" "$python" -m venv "$venv"
  touch "$venv/wattlens-made"
}

has_nvidia_gpu() { [[ -e /dev/nvidiactl || -e /dev/dxg ]]; }

# PyTorch is the one engine that can be done without: what speaks against it is said, and the rest goes on. Its wheel
# for the processor alone has 200 MB; the one with CUDA brings gigabytes that are of no use without an NVIDIA GPU.
torch_is_wanted() { # LIST
  local report=build/torch.json
  mkdir -p build
  if ! .venv/bin/python -m pip install --disable-pip-version-check --no-input --only-binary :all: --quiet --dry-run \
    --report "$report" -r "$1" >"$log" 2>&1 </dev/null; then
    tail -n 3 "$log" >&2
    say "PyTorch cannot be had here: going on without LibTorch (all of pip's output: $log)"
    return 1
  fi
  [[ ${WATTLENS_TORCH:-} != cuda ]] && ! has_nvidia_gpu || return 0
  grep -qE '"name": "(nvidia|cuda)-' "$report" || return 0
  say "pip would install PyTorch with CUDA, which is gigabytes, and there is no NVIDIA GPU: going on without LibTorch"
  say "  for the processor alone: .venv/bin/pip config --site set install.extra-index-url URL, with the address of"
  say "  PyTorch's CPU wheels (pytorch.org, Get Started, Compute Platform: CPU); with CUDA: WATTLENS_TORCH=cuda"
  return 1
}

# PyTorch with CUDA brings the headers of CUDA's runtime, but not those that they include.
complete_cuda_headers() {
  local version
  compgen -G '.venv/lib/python3*/site-packages/torch/lib/libtorch_cuda.so' >/dev/null || return 0
  version=$(.venv/bin/python -c 'from importlib.metadata import version
print(".".join(version("nvidia-cuda-runtime").split(".")[:2]))' 2>/dev/null) || return 0
  logged "without them LibTorch runs on the processor only" \
    .venv/bin/python -m pip install --disable-pip-version-check --no-input --only-binary :all: "nvidia-cuda-crt==$version.*"
}

# Whether all of a list lies in .venv: a wheel may have been removed by hand since.
has_wheels() { # LIST
  local wheel
  while read -r wheel; do
    compgen -G ".venv/lib/python3*/site-packages/$wheel*.dist-info" >/dev/null || return 1
  done < <(sed '/^#/d; s/-/_/g; s/==/-/' "$1")
}

install_wheels() {
  local group list stamp
  for group in "${groups[@]}"; do
    list=tools/requirements/$group.txt
    stamp=.venv/wattlens-$group.txt
    [[ -e $list ]] || continue
    cmp -s "$list" "$stamp" && has_wheels "$list" && continue
    [[ $group != torch ]] || torch_is_wanted "$list" || continue
    say "installing Python wheels for $group: $(sed '/^#/d' "$list" | paste -sd' ')"
    logged "check the network and pip's settings (pip config list), then run this again" \
      .venv/bin/python -m pip install --disable-pip-version-check --no-input --only-binary :all: -r "$list"
    [[ $group != torch ]] || complete_cuda_headers
    cp "$list" "$stamp"
  done
}

groups=("$@")
((${#groups[@]})) || groups=(engine)
packages=("${build_packages[@]}")
[[ -n ${PYTHON:-} || -n ${WATTLENS_VENV:-} ]] || packages+=(python3-venv)
for group in "${groups[@]}"; do
  case $group in
    engine | torch) ;;
    wheel) packages+=(binutils) ;;
    tests) packages+=(libgtest-dev libgmock-dev) ;;
    lint) packages+=(shellcheck) ;;
    bench) packages+=(libbenchmark-dev) ;;
    fuzz) packages+=(clang-19 libclang-rt-19-dev) ;;
    *) fail "unknown group '$group'" "tools/setup.sh [engine|torch|tests|lint|bench|fuzz|wheel]..." ;;
  esac
done

install_packages
if [[ -n ${WATTLENS_VENV:-} ]]; then
  [[ -x $WATTLENS_VENV/bin/python ]] || fail "WATTLENS_VENV=$WATTLENS_VENV has no bin/python" "name a virtual environment"
else
  make_venv
  install_wheels
fi
