// internal/remedy/remedy.go, one of 41 files
package remedy

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const (
	staleAfter  = 90 * time.Second
	maxParallel = 8
	window      = 6 * time.Hour
)

// Sample is what the exporter of a node said last.
type Sample struct {
	At      time.Time
	Xids    []XidEvent
	NVLinks int
}

type XidEvent struct {
	Code int
	At   time.Time
}

type Verdict int

const (
	Healthy Verdict = iota
	Sick
)

var fatal = map[int]bool{48: true, 63: true, 74: true, 79: true, 95: true}

type Remedy struct {
	client  kubernetes.Interface
	samples func(node string) (Sample, bool)
	reboot  func(ctx context.Context, node string) error
	busy    map[string]bool
}

// Judge decides whether a node needs a remedy.
func (r *Remedy) Judge(node string, now time.Time) Verdict {
	s, ok := r.samples(node)
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

// Reconcile is called for every node, every 30 seconds.
func (r *Remedy) Reconcile(ctx context.Context, node *corev1.Node, now time.Time) error {
	name := node.Name
	switch r.Judge(name, now) {
	case Healthy:
		delete(r.busy, name)
		if node.Spec.Unschedulable {
			return r.cordon(ctx, node, false)
		}
		return nil
	case Sick:
		if len(r.busy) >= maxParallel && !r.busy[name] {
			return nil
		}
		r.busy[name] = true
		if err := r.cordon(ctx, node, true); err != nil {
			return err
		}
		left, err := r.drain(ctx, name)
		if err != nil || left > 0 {
			return err
		}
		return r.reboot(ctx, name)
	}
	return nil
}

func (r *Remedy) cordon(ctx context.Context, node *corev1.Node, off bool) error {
	n := node.DeepCopy()
	n.Spec.Unschedulable = off
	_, err := r.client.CoreV1().Nodes().Update(ctx, n, metav1.UpdateOptions{})
	return err
}

// drain asks every pod of the node to leave; the API server checks the disruption budgets.
func (r *Remedy) drain(ctx context.Context, node string) (int, error) {
	pods, err := r.client.CoreV1().Pods("").List(ctx, metav1.ListOptions{
		FieldSelector: "spec.nodeName=" + node,
	})
	if err != nil {
		return 0, err
	}
	left := 0
	for _, p := range pods.Items {
		if isDaemon(&p) {
			continue
		}
		left++
		_ = r.client.PolicyV1().Evictions(p.Namespace).Evict(ctx, &policyv1.Eviction{
			ObjectMeta: metav1.ObjectMeta{Name: p.Name, Namespace: p.Namespace},
		})
	}
	return left, nil
}

func isDaemon(p *corev1.Pod) bool {
	for _, o := range p.OwnerReferences {
		if o.Kind == "DaemonSet" {
			return true
		}
	}
	return false
}
