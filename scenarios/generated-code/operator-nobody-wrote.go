package remedy // internal/remedy/remedy.go, 1 of 41 files

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
)

const (
	staleAfter  = 90 * time.Second
	maxParallel = 8
	window      = 6 * time.Hour
)

var fatal = map[int]bool{48: true, 63: true, 74: true, 79: true, 95: true}

// Judge decides whether a node is sick.
func (r *Remedy) Judge(node string, now time.Time) Verdict {
	s, ok := r.samples(node) // the last report from the node's exporter
	if !ok || now.Sub(s.At) > staleAfter {
		return Sick
	}
	for _, e := range s.Xids {
		if fatal[e.Code] && now.Sub(e.At) < window {
			return Sick
		}
	}
	if s.NVLinks < 18 {
		return Sick
	}
	return Healthy
}

// Reconcile runs for every node, every 30 seconds.
func (r *Remedy) Reconcile(
	ctx context.Context, node *corev1.Node, now time.Time,
) error {
	name := node.Name
	if r.Judge(name, now) == Healthy {
		delete(r.busy, name)
		if node.Spec.Unschedulable {
			return r.setCordon(ctx, node, false)
		}
		return nil
	}
	if len(r.busy) >= maxParallel && !r.busy[name] {
		return nil
	}
	r.busy[name] = true
	if err := r.setCordon(ctx, node, true); err != nil {
		return err
	}
	left, err := r.drain(ctx, name) // pods that are still there
	if err != nil || left > 0 {
		return err
	}
	return r.reboot(ctx, name)
}
