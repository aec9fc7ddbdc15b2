#!/bin/sh
# ssh.sh QUEUE HOST FAR: move the messages of a local queue to the queue FAR of another machine, up to 100 at a time.
#
# Promise: each message arrives at least once and in order, whatever ends: this bridge, ssh, or sshd. A batch whose confirmation
# is lost is sent again. While the far queue is full, or the far machine away, the messages wait in the local queue.
set -eu
[ $# -eq 3 ] || { echo 'usage: ssh.sh QUEUE HOST FAR' >&2; exit 2; }

# All batches share one connection. It ends when no batch has used it for ten seconds.
exec mqrecv -f -N -b 100 -A 0,1s "$1" -- ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=10 \
	-o ControlMaster=auto -o ControlPersist=10 -o "ControlPath=${XDG_RUNTIME_DIR:-$HOME/.ssh}/ipc7-%C" \
	"$2" mqsend -N "$3"
