package main

import (
	"cmp"
	"fmt"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// pair is two commands to compare, and what is promised about ours.
type pair struct {
	name        string
	ours, other []string // other is empty where there is nothing to compare with
	why         string   // there is nothing
	runs        int
	most        float64 // times as long as the other, 0 for no promise
	memory      int64   // at most, in MiB, 0 for no promise
}

// sample is what one process took.
type sample struct {
	took time.Duration
	peak int64 // resident memory in KiB
}

// compare runs both commands in turns, so that whatever else the machine does
// meets both alike.
func (p pair) compare() error {
	var a, b []sample
	warm := min(p.runs, 3) // the first ones warm the caches
	for i := range p.runs + warm {
		one, err := measure(p.ours)
		if err != nil {
			return err
		}
		two, err := measure(p.other)
		if err != nil {
			return err
		}
		if i >= warm {
			a, b = append(a, one), append(b, two)
		}
	}
	return p.judge(median(a), median(b))
}

// judge prints the medians and holds them against what is promised.
func (p pair) judge(x, y sample) error {
	if len(p.other) == 0 {
		fmt.Printf("%-28s %8.2f ms / skipped: %s   peak %.1f MB\n", p.name, ms(x.took), p.why, mb(x.peak))
		return p.within(0, x.peak)
	}
	times := float64(x.took) / float64(y.took)
	fmt.Printf("%-28s %8.2f ms / %8.2f ms = %.2f   peak %.1f MB / %.1f MB\n",
		p.name, ms(x.took), ms(y.took), times, mb(x.peak), mb(y.peak))
	return p.within(times, x.peak)
}

func (p pair) within(times float64, peak int64) error {
	if p.most > 0 && times > p.most {
		return fmt.Errorf("%s: %.2f times as long, promised is %.2f", p.name, times, p.most)
	}
	if p.memory > 0 && peak > p.memory<<10 {
		return fmt.Errorf("%s: %.1f MB, promised are %d", p.name, mb(peak), p.memory)
	}
	return nil
}

func measure(words []string) (sample, error) {
	if len(words) == 0 {
		return sample{}, nil
	}
	cmd := exec.Command(words[0], words[1:]...)
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("%v: %w", words, err)
	}
	took := time.Since(start)
	usage, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return sample{took, usage.Maxrss}, nil
}

func median(samples []sample) sample {
	slices.SortFunc(samples, func(a, b sample) int { return cmp.Compare(a.took, b.took) })
	return samples[len(samples)/2]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func mb(kib int64) float64 { return float64(kib) / 1024 }
