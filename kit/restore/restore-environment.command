#!/bin/sh
# What a Mac opens by double-click: the same as restore-environment.sh.
case $0 in
  */*) . "${0%/*}/restore-environment.sh" ;;
  *) . ./restore-environment.sh ;;
esac
