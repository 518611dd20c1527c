/** All invariants, by what they are asked about. */
import * as branch from "./branch.ts";
import * as cycles from "./cycles.ts";
import * as limit from "./limit.ts";
import * as money from "./money.ts";
import * as places from "./places.ts";
import * as rest from "./rest.ts";
import * as tasks from "./tasks.ts";
import * as work from "./work.ts";

/** The invariants by what they are asked about. */
export const invariants = {
  landed: [
    branch.onlyCheckedTreesLand,
    branch.landsWhileItMerges,
    branch.landsOnce,
    branch.landingsChangeSomething,
    branch.nothingOfThePersonsIsLost,
  ],
  stepped: [
    branch.doneMeansLanded,
    branch.landedIsNotGivenUp,
    work.givenUpStartsNothing,
    work.candidatesAreKept,
    work.submittedIsNotEmpty,
    tasks.vendorBurnsNothing,
    tasks.attemptsAreCounted,
    tasks.triesAreBounded,
    tasks.retriesAreTold,
  ],
  claimed: [
    places.slotsAreStrict,
    places.portfolioSlotsAreStrict,
    places.mergesAreInOrder,
    places.urgentGoesFirst,
    places.tokensGrow,
    places.pausedStartsNothing,
    places.oneCycleAtATime,
    places.sessionsAreReserved,
    tasks.startsAreFresh,
    tasks.leasesAreKept,
    limit.limitHoldsAll,
    limit.oneTriesAlone,
    limit.vendorIsBelieved,
  ],
  wrote: [
    tasks.logTellsTheState,
    tasks.heldHasItsJob,
    tasks.overHasNoJob,
    tasks.failuresOpenTheCircuit,
    money.billIsCovered,
    money.portfolioCountsEnough,
  ],
  writing: [
    tasks.verdictsAreOfThisCommit,
    tasks.passesArePasses,
    tasks.onlyHoldersMeanToLand,
    limit.waitsAreKept,
    limit.whoTriesSays,
    money.passesAlone,
    money.requestsCountToTheirDay,
  ],
  finishing: [places.staleFinishesNothing],
  charged: [
    money.billIsCovered,
    money.capsHold,
    money.sessionsSpendWhatIsTheirs,
    money.oneRequestOver,
  ],
  completed: [cycles.outcomesAddUp, cycles.completedAtRest, cycles.cutShortSaysWhy],
  planned: [cycles.plansFit],
  created: [cycles.plansRepeatNothing],
  began: [work.finishedIsNotPaidAgain],
  gone: [work.workIsKept],
  refused: [work.holdersFindRoom],
  now: [work.unlandedWorkStays],
  atRest: [
    branch.landedIsDone,
    work.unlandedWorkStays,
    work.rescuesAreTold,
    rest.nothingStaysReserved,
    rest.trailIsComplete,
    rest.landedIsSwept,
    rest.allComesToRest,
  ],
} as const;
