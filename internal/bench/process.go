package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// process is this program running in another role. It answers each line of its input with
// a line of JSON, and ends when its input does, also when this process dies.
type process struct {
	role    string
	command *exec.Cmd
	input   io.WriteCloser
	output  *bufio.Reader
}

// start runs the role and reads its first line into ready.
func start(ctx context.Context, ready any, role string, args ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{role: role, command: exec.CommandContext(ctx, self, append([]string{role}, args...)...)}
	p.command.Stderr = os.Stderr
	if p.input, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.output = bufio.NewReader(output)
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", role, err)
	}
	if err := p.read(ready); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

func (p *process) read(answer any) error {
	line, err := p.output.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("%s: %w", p.role, err)
	}
	return json.Unmarshal(line, answer)
}

// ask sends a line and reads the answer to it.
func (p *process) ask(answer any, line string) error {
	if _, err := fmt.Fprintln(p.input, line); err != nil {
		return fmt.Errorf("%s: %w", p.role, err)
	}
	return p.read(answer)
}

// stop ends the process and waits for it.
func (p *process) stop() error {
	err := errors.Join(p.input.Close(), p.command.Wait())
	if err != nil {
		return fmt.Errorf("%s: %w", p.role, err)
	}
	return nil
}

// memory is how many bytes of memory a process has, as Linux tells; zero elsewhere.
type memory struct {
	now  int64
	own  int64 // of now, what is no file's: the rest is the program itself and its index
	most int64 // that it had at any time
}

func (m memory) String() string {
	return fmt.Sprintf("%s, %s of them its own and no file's, at most %s", megabytes(m.now), megabytes(m.own), megabytes(m.most))
}

func (p *process) memory() memory { return memoryOf(strconv.Itoa(p.command.Process.Pid)) }

func memoryOf(pid string) memory {
	var m memory
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return m
	}
	of := map[string]*int64{"VmRSS:": &m.now, "RssAnon:": &m.own, "VmHWM:": &m.most}
	for line := range bytes.Lines(status) {
		fields := strings.Fields(string(line))
		if len(fields) < 2 || of[fields[0]] == nil {
			continue
		}
		kilobytes, _ := strconv.ParseInt(fields[1], 10, 64)
		*of[fields[0]] = kilobytes << 10
	}
	return m
}

// reply writes a line to the process that started this one.
func reply(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(append(line, '\n'))
	return err
}

// commands calls do with every line of the input, until it ends.
func commands(ctx context.Context, do func(words []string) (any, error)) error {
	lines := bufio.NewScanner(os.Stdin)
	for ctx.Err() == nil && lines.Scan() {
		answer, err := do(strings.Fields(lines.Text()))
		if err != nil {
			return err
		}
		if err := reply(answer); err != nil {
			return err
		}
	}
	return lines.Err()
}

// milliseconds is how times go between processes and into the table.
func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
