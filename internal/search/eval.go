package search

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Judged is a question with the answers that a person judged right.
type Judged struct {
	Line    int    // in its file
	Kind    string // what the question tries: "navn", "behov"
	Kommune string // name of the kommune that the reader has chosen, or empty
	Text    string
	Grades  []Grade
}

// Grade says how good an offering is as an answer, by a part of its name.
type Grade struct {
	Part  string
	Grade int // 3 best, 1 acceptable
}

// ErrJudged: a line of a file of judged questions cannot be read.
var ErrJudged = errors.New("not a judged question")

// ReadJudged reads a file of judged questions: kind, kommune, question, answers, divided by
// tabs, and more columns that are passed over. Answers are parts of names with "=" and a
// grade, divided by bars. Lines that begin with # are comments. It returns ErrJudged with
// the number of the first line that is none of this.
func ReadJudged(r io.Reader) ([]Judged, error) {
	var list []Judged
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		j, err := parseJudged(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		j.Line = n
		list = append(list, j)
	}
	return list, lines.Err()
}

func parseJudged(line string) (Judged, error) {
	cells := strings.Split(line, "\t")
	if len(cells) < 4 {
		return Judged{}, fmt.Errorf("%w: want kind, kommune, question and answers divided by tabs", ErrJudged)
	}
	j := Judged{Kind: cells[0], Kommune: cells[1], Text: cells[2]}
	for _, answer := range strings.Split(cells[3], "|") {
		part, grade, _ := strings.Cut(answer, "=")
		g, err := strconv.Atoi(strings.TrimSpace(grade))
		if err != nil || g < 1 || g > 3 || part == "" {
			return Judged{}, fmt.Errorf("%w: answer %q: want part of a name=1, 2 or 3", ErrJudged, answer)
		}
		j.Grades = append(j.Grades, Grade{part, g})
	}
	return j, nil
}

func (j Judged) grade(name string) int {
	best := 0
	for _, g := range j.Grades {
		if strings.Contains(name, g.Part) {
			best = max(best, g.Grade)
		}
	}
	return best
}

// Scores are how well a search does on judged questions, each from 0 to 1.
type Scores struct {
	Questions int
	NDCG      float64 // discounted gain of the first ten, of what the best order would have
	MRR       float64 // one by the place of the first right answer
	Success   float64 // share with a right answer among the first three
	Empty     int     // questions without any hit
}

// Outcome is what one judged question gave.
type Outcome struct {
	Judged
	NDCG  float64
	First int // place of the first right answer among the first ten; 0 when there is none
	Names []string
}

// evaluated is how many hits are looked at.
const evaluated = 10

// Evaluate asks the questions and returns what each gave. A kommune that is not known is
// an error.
func (v *View) Evaluate(ctx context.Context, list []Judged) ([]Outcome, error) {
	var out []Outcome
	for _, j := range list {
		q := Query{Text: j.Text, Size: evaluated}
		if j.Kommune != "" {
			k := slices.IndexFunc(v.Kommuner(), func(k *Kommune) bool { return k.DisplayName() == j.Kommune || k.Name == j.Kommune })
			if k < 0 {
				return nil, fmt.Errorf("line %d: kommune %q is not known", j.Line, j.Kommune)
			}
			q.Kommuner = []region.Number{v.Kommuner()[k].Number}
		}
		res, err := v.Search(ctx, q)
		if err != nil {
			return nil, err
		}
		out = append(out, v.outcome(j, q.Kommuner, res))
	}
	return out, nil
}

func (v *View) outcome(j Judged, kommuner []region.Number, res Result) Outcome {
	o := Outcome{Judged: j}
	gain := 0.0
	for i, h := range res.Hits {
		g := j.grade(h.Offering.Name)
		gain += discounted(g, i)
		if g > 0 && o.First == 0 {
			o.First = i + 1
		}
		o.Names = append(o.Names, h.Offering.Name)
	}
	if ideal := v.ideal(j, kommuner); ideal > 0 {
		o.NDCG = gain / ideal
	}
	return o
}

// ideal is the gain of the best order there is, among what covers the kommuner.
func (v *View) ideal(j Judged, kommuner []region.Number) float64 {
	var grades []int
	for _, o := range v.Offerings() {
		if len(kommuner) > 0 && o.Coverage.Reach(kommuner[0]) == 0 {
			continue
		}
		if g := j.grade(o.Name); g > 0 {
			grades = append(grades, g)
		}
	}
	slices.Sort(grades)
	slices.Reverse(grades)
	sum := 0.0
	for i, g := range grades[:min(len(grades), evaluated)] {
		sum += discounted(g, i)
	}
	return sum
}

func discounted(grade, place int) float64 {
	return (math.Pow(2, float64(grade)) - 1) / math.Log2(float64(place)+2)
}

// Sum returns the scores over the outcomes.
func Sum(list []Outcome) Scores {
	s := Scores{Questions: len(list)}
	for _, o := range list {
		n := float64(len(list))
		s.NDCG += o.NDCG / n
		if o.First > 0 {
			s.MRR += 1 / float64(o.First) / n
		}
		if o.First > 0 && o.First <= 3 {
			s.Success += 1 / n
		}
		if len(o.Names) == 0 {
			s.Empty++
		}
	}
	return s
}
