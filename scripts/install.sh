#!/bin/sh
# Installs Lifeboat for the current user: fetches the executable for this system, checks it, and
# puts it into ~/.local/bin. Run it again to update.
#
# What is checked: that the list of hashes (SHA256SUMS) is signed with the release key below, by
# OpenSSL 3 or by ssh-keygen, whichever is here; and that the executable has the hash in that list.
# What does not fit is not installed, and nothing of it stays behind.
#
#   LIFEBOAT_BASE_URL=URL         fetch from elsewhere (the same checks)
#   LIFEBOAT_INSTALL_DIR=DIR      install elsewhere
#   LIFEBOAT_SKIP_SIGNATURE=1     check the hash only, where neither tool can be had
set -eu

base_url=${LIFEBOAT_BASE_URL:-https://github.com/lifeboat-backup/lifeboat/releases/latest/download}
folder=${LIFEBOAT_INSTALL_DIR:-$HOME/.local/bin}

# A release fills these in. The copy in the source tree has no key, and so can check nothing.
key_pem='@RELEASE_KEY_PEM@'
key_ssh='@RELEASE_KEY_SSH@'

fail() {
  printf 'install.sh: %s\nNothing was installed.\n' "$1" >&2
  exit 1
}

system_name() {
  case "$(uname -s) $(uname -m)" in
    "Linux x86_64" | "Linux amd64") echo linux-x64 ;;
    "Linux aarch64" | "Linux arm64") echo linux-arm64 ;;
    "Darwin x86_64") echo macos-x64 ;;
    "Darwin arm64") echo macos-arm64 ;;
    *) fail "there is no Lifeboat for $(uname -s) on $(uname -m)" ;;
  esac
}

fetch() { # NAME: from the base URL into the work folder
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL -o "$work/$1" "$base_url/$1" || fail "$base_url/$1 could not be fetched"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -O "$work/$1" "$base_url/$1" || fail "$base_url/$1 could not be fetched"
  else
    fail "this needs curl or wget"
  fi
}

hash_of() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum "$1"
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 "$1"
  else
    openssl dgst -sha256 -r "$1"
  fi | cut -d ' ' -f 1
}

openssl_knows_ed25519() {
  case "$(openssl version 2>/dev/null)" in
    "OpenSSL "[3-9].*) true ;;
    *) false ;;
  esac
}

ssh_keygen_verifies() { # since OpenSSH 8.1; older ones call -Y an unknown option
  command -v ssh-keygen >/dev/null 2>&1 || return 1
  case "$(ssh-keygen -Y verify 2>&1 </dev/null)" in
    *"unknown option"* | *"illegal option"*) false ;;
    *) true ;;
  esac
}

check_signature() {
  if [ "${LIFEBOAT_SKIP_SIGNATURE:-}" = 1 ]; then
    echo "Signature: NOT checked, as LIFEBOAT_SKIP_SIGNATURE asks."
    return
  fi
  if openssl_knows_ed25519; then
    fetch SHA256SUMS.sig
    printf '%s\n' "$key_pem" >"$work/key.pem"
    openssl base64 -d -A -in "$work/SHA256SUMS.sig" -out "$work/signature"
    openssl pkeyutl -verify -pubin -inkey "$work/key.pem" -rawin -in "$work/SHA256SUMS" \
      -sigfile "$work/signature" >/dev/null 2>&1 || fail "the signature of SHA256SUMS is wrong"
  elif ssh_keygen_verifies; then
    fetch SHA256SUMS.sshsig
    printf 'lifeboat-release %s\n' "$key_ssh" >"$work/signers"
    ssh-keygen -Y verify -f "$work/signers" -I lifeboat-release -n lifeboat-release \
      -s "$work/SHA256SUMS.sshsig" <"$work/SHA256SUMS" >/dev/null 2>&1 ||
      fail "the signature of SHA256SUMS is wrong"
  else
    fail "the signature cannot be checked: this needs OpenSSL 3 or ssh-keygen 8.1 or newer"
  fi
  echo "Signature: good."
}

check_hash() { # NAME
  expected=$(awk -v name="$1" '$2 == name { print $1 }' "$work/SHA256SUMS")
  [ -n "$expected" ] || fail "SHA256SUMS does not name $1"
  [ "$(hash_of "$work/$1")" = "$expected" ] || fail "$1 does not have the hash in SHA256SUMS"
  echo "SHA-256: good."
}

# In a function, so that a script that was cut off on its way does nothing.
main() {
  case "$key_pem" in
    @*) fail "this copy has no release key: take install.sh from a release" ;;
  esac
  name=lifeboat-$(system_name)
  work=$(mktemp -d)
  new=$folder/.lifeboat.$$
  trap 'rm -rf "$work" "$new"' EXIT
  trap 'exit 130' INT TERM

  echo "Fetching $base_url/$name"
  fetch SHA256SUMS
  check_signature
  fetch "$name"
  check_hash "$name"

  mkdir -p "$folder"
  cp "$work/$name" "$new"
  chmod 755 "$new"
  version=$("$new" --version) ||
    fail "the program does not run here: it needs glibc and a mounted /proc"
  mv -f "$new" "$folder/lifeboat"
  echo "Installed $folder/lifeboat: $version"
  case ":$PATH:" in
    *":$folder:"*) ;;
    *) echo "$folder is not on your PATH: add it, or start $folder/lifeboat." ;;
  esac
}

main
