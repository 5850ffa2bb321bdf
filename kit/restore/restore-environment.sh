#!/bin/sh
# Starts the restorer that lies beside this file, and says what to do where there is none that runs.
# Uses nothing but the shell itself: it must work in an emergency, also with an empty PATH.
LC_ALL=C
export LC_ALL

case $0 in
  */*) folder=${0%/*} ;;
  *) folder=. ;;
esac

stop() {
  for line in "$@" \
    "Your files are all here, in the folder \"files\". RESTORE.md says how to put them back by hand." \
    "你的文件都在 files 文件夹里。RESTORE.md 说明了如何手动恢复。"; do
    echo "$line" >&2
  done
  exit 3
}

# What kind of program a file is, by its first bytes. The shell drops the zeros among them, so the
# processor stands behind "ELF", three bytes, perhaps the system's, and the file's type. This is
# asked before a file is started: a shell may take a program for another processor for a script.
arm=$(printf '\267' 2>&-)
look_at() {
  read -r head <"$1"
  case $head in
    ?ELF????\>* | ?ELF?????\>*) kind="Linux x86_64" ;;
    ?ELF????"$arm"* | ?ELF?????"$arm"*) kind="Linux aarch64" ;;
    ?ELF*) kind="another processor" ;;
    MZ*) kind=Windows ;;
    *) kind=macOS ;;
  esac
} 2>&-

# This system's kind: on Linux it is that of the shell which runs this.
if [ -d /System/Library/CoreServices ]; then
  here=macOS
elif [ -r /proc/self/exe ]; then
  look_at /proc/self/exe
  here=$kind
else
  stop "The folder /proc is missing; the restorer cannot start without it." \
    "If you may, mount it: mount -t proc proc /proc" \
    "缺少 /proc，恢复程序无法启动。如有权限，请先挂载：mount -t proc proc /proc"
fi

others=
for restorer in "$folder"/restore-standalone "$folder"/restore-standalone-*; do
  [ -f "$restorer" ] || continue
  look_at "$restorer"
  if [ "$kind" != "$here" ]; then
    others="$others $kind"
    continue
  fi
  if [ ! -x "$restorer" ]; then
    stop "$restorer may not be started: it has lost its mark as a program," \
      "or nothing on this disk may be started (it is mounted noexec)." \
      "Try: chmod +x restore-standalone*, or copy this folder into your home and try there." \
      "恢复程序没有执行权限，或者磁盘以 noexec 方式挂载。" \
      "请尝试 chmod +x restore-standalone*，或把整个文件夹复制到主目录后再试。"
  fi
  said=$("$restorer" --version 2>&1)
  code=$?
  if [ "$code" -eq 0 ]; then exec "$restorer" "$@"; fi
  echo "$said" >&2
  if [ "$here" = macOS ]; then
    stop "$restorer does not start (code $code)." \
      "If macOS has blocked it, try: xattr -d com.apple.quarantine restore-standalone*" \
      "恢复程序无法启动。如果被 macOS 阻止，请尝试：xattr -d com.apple.quarantine restore-standalone*"
  fi
  stop "$restorer does not start (code $code)." \
    "It needs a Linux with glibc, such as Debian, Ubuntu, Fedora or Arch. Alpine has another C library." \
    "恢复程序无法启动：它需要带 glibc 的 Linux，如 Debian、Ubuntu、Fedora、Arch（Alpine 使用其他 C 库）。"
done

stop "This backup holds no restorer for this system ($here${others:+; there is one for:$others})." \
  "Get lifeboat for this system, then run: lifeboat restore \"$folder\"" \
  "此备份中没有适用于本系统的恢复程序。请取得适用于本系统的 lifeboat，然后运行上面的命令。"
