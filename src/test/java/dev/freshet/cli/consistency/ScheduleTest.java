package dev.freshet.cli.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final List<Fault> ALL = Faults.named(List.of("all"));

  @Test
  void theSameSeedGivesTheSameSchedule() {
    assertThat(Schedule.of(ALL, 50, 7)).isEqualTo(Schedule.of(ALL, 50, 7));
    assertThat(Schedule.of(ALL, 50, 7)).isNotEqualTo(Schedule.of(ALL, 50, 8));
  }

  @Test
  void everyFaultComesSinglyAndThenThePairs() {
    List<Episode> episodes = Schedule.of(ALL, 50, 1);
    assertThat(episodes).hasSize(ALL.size() + 50);
    assertThat(episodes.subList(0, ALL.size()))
        .extracting(Episode::name)
        .containsExactlyElementsOf(Faults.names());
    assertThat(episodes.subList(ALL.size(), episodes.size()))
        .allSatisfy(episode -> assertThat(episode.faults()).hasSize(2).doesNotHaveDuplicates());
  }

  @Test
  void namesAreUniqueAndEachFaultSaysHowItIsProvoked() {
    assertThat(ALL).extracting(Fault::name).doesNotHaveDuplicates();
    assertThat(ALL).allSatisfy(fault -> assertThat(fault.how()).isNotBlank());
  }
}
