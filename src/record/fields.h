// One list of members per record, used for writing and for reading JSON: a new member is added in one place.
// Only json.cpp includes this file. Names end in their unit.
#pragma once

#include <concepts>
#include <type_traits>

#include "record/experiment.h"

namespace wattlens::record {

// T, const or not.
template <class T, class Record>
concept Of = std::same_as<std::remove_const_t<T>, Record>;

// visit_fields(visitor, record) calls visitor("name", member) for each member.

template <class Visitor, Of<Interval<Joules>> Self>
void visit_fields(Visitor& v, Self& x) {
  v("low_j", x.low);
  v("high_j", x.high);
}

template <class Visitor, Of<Interval<Watts>> Self>
void visit_fields(Visitor& v, Self& x) {
  v("low_w", x.low);
  v("high_w", x.high);
}

template <class Visitor, Of<Energy> Self>
void visit_fields(Visitor& v, Self& x) {
  v("energy_j", x.value);
  v("absolute", x.absolute);
  v("relative", x.relative);
  v("provenance", x.provenance);
  v("method", x.method);
  v("reason", x.reason);
  v("hint", x.hint);
}

template <class Visitor, Of<Channel> Self>
void visit_fields(Visitor& v, Self& x) {
  v("id", x.id);
  v("kind", x.kind);
  v("method", x.method);
  v("scope", x.scope);
  v("covers", x.covers);
  v("checks", x.checks);
  v("provenance", x.provenance);
  v("reason", x.reason);
  v("hint", x.hint);
  v("update_period_s", x.update_period);
  v("gain_low", x.gain_low);
  v("gain_high", x.gain_high);
  v("offset", x.offset);
  v("averaging_window_s", x.averaging_window);
  v("lag_s", x.lag);
  v("duty", x.duty);
  v("largest_power_w", x.largest_power);
  v("device", x.device);
  v("driver", x.driver);
  v("figures_from", x.figures_from);
  v("caution", x.caution);
}

template <class Visitor, Of<Warning> Self>
void visit_fields(Visitor& v, Self& x) {
  v("code", x.code);
  v("channel", x.channel);
  v("message", x.message);
  v("hint", x.hint);
}

template <class Visitor, Of<Cpu> Self>
void visit_fields(Visitor& v, Self& x) {
  v("vendor", x.vendor);
  v("model_name", x.model_name);
  v("family", x.family);
  v("model", x.model);
  v("microarchitecture", x.microarchitecture);
  v("sockets", x.sockets);
  v("cores", x.cores);
  v("threads", x.threads);
  v("usable_threads", x.usable_threads);
  v("features", x.features);
  v("max_frequency_hz", x.max_frequency);
  v("smt", x.smt);
  v("turbo", x.turbo);
  v("governor", x.governor);
  v("temperature_c", x.temperature);
}

template <class Visitor, Of<ChangedSetting> Self>
void visit_fields(Visitor& v, Self& x) {
  v("name", x.name);
  v("asked", x.asked);
  v("set", x.set);
  v("before", x.before);
  v("method", x.method);
}

template <class Visitor, Of<MachineState> Self>
void visit_fields(Visitor& v, Self& x) {
  v("host_label", x.host_label);
  v("kernel", x.kernel);
  v("os", x.os);
  v("cpu", x.cpu);
  v("memory_bytes", x.memory);
  v("memory_limit_bytes", x.memory_limit);
  v("virtual_machine", x.virtual_machine);
  v("container", x.container);
  v("load_average", x.load_average);
  v("wattlens_version", x.wattlens_version);
  v("git_revision", x.git_revision);
  v("build_type", x.build_type);
  v("compiler", x.compiler);
  v("settings", x.settings);
}

template <class Visitor, Of<Neighbours> Self>
void visit_fields(Visitor& v, Self& x) {
  v("other_cores", x.other_cores);
  v("steal_cores", x.steal_cores);
  v("method", x.method);
}

template <class Visitor, Of<PlanPoint> Self>
void visit_fields(Visitor& v, Self& x) {
  v("id", x.id);
  v("model", x.model);
  v("engine", x.engine);
  v("device", x.device);
  v("precision", x.precision);
  v("hint", x.hint);
  v("batch", x.batch);
  v("image_size", x.image_size);
  v("threads", x.threads);
  v("preprocess", x.preprocess);
  v("settings", x.settings);
  v("arrivals", x.arrivals);
  v("policy", x.policy);
  v("requests", x.requests);
}

template <class Visitor, Of<OutputCheck> Self>
void visit_fields(Visitor& v, Self& x) {
  v("status", x.status);
  v("reference", x.reference);
  v("error", x.error);
  v("tolerance", x.tolerance);
  v("same_top1", x.same_top1);
}

template <class Visitor, Of<Estimate<double>> Self>
void visit_fields(Visitor& v, Self& x) {
  v("value", x.value);
  v("low", x.low);
  v("high", x.high);
}

template <class Visitor, Of<Accuracy> Self>
void visit_fields(Visitor& v, Self& x) {
  v("set", x.set);
  v("images", x.images);
  v("broken", x.broken);
  v("top1", x.top1);
  v("top5", x.top5);
}

template <class Visitor, Of<WorkloadInfo> Self>
void visit_fields(Visitor& v, Self& x) {
  v("engine_version", x.engine_version);
  v("device_name", x.device_name);
  v("execution_precision", x.execution_precision);
  v("threads", x.threads);
  v("streams", x.streams);
  v("peak_memory_bytes", x.peak_memory);
  v("start_up_s", x.start_up);
  v("compile_s", x.compile);
  v("first_inference_s", x.first_inference);
  v("input_shape", x.input_shape);
  v("input_layout", x.input_layout);
  v("parameters", x.parameters);
  v("multiply_adds", x.multiply_adds);
  v("not_counted", x.not_counted);
  v("accuracy", x.accuracy);
  v("conditions", x.conditions);
}

template <class Visitor, Of<ChannelEnergy> Self>
void visit_fields(Visitor& v, Self& x) {
  v("channel", x.channel);
  v("gross", x.gross);
  v("net", x.net);
  v("updates", x.updates);
}

template <class Visitor, Of<Served> Self>
void visit_fields(Visitor& v, Self& x) {
  v("arrival_us", x.arrival_us);
  v("due_us", x.due_us);
  v("begin_us", x.begin_us);
  v("end_us", x.end_us);
  v("sizes", x.sizes);
}

template <class Visitor, Of<Window> Self>
void visit_fields(Visitor& v, Self& x) {
  v("begin_mono_ns", x.begin);
  v("end_mono_ns", x.end);
  v("batches", x.batches);
  v("images", x.images);
  v("batch_us", x.batch_us);
  v("channels", x.channels);
  v("total", x.total);
  v("net_total", x.net_total);
  v("sums", x.sums);
  v("complete", x.complete);
  v("missing", x.missing);
  v("neighbours", x.neighbours);
  v("served", x.served);
}

template <class Visitor, Of<OwnCost> Self>
void visit_fields(Visitor& v, Self& x) {
  v("cpu_s", x.cpu);
  v("wake_ups", x.wake_ups);
  v("missed_ticks", x.missed_ticks);
}

template <class Visitor, Of<Phase> Self>
void visit_fields(Visitor& v, Self& x) {
  v("name", x.name);
  v("begin_mono_ns", x.begin);
  v("end_mono_ns", x.end);
  v("gross", x.gross);
  v("net", x.net);
  v("complete", x.complete);
}

template <class Visitor, Of<Error> Self>
void visit_fields(Visitor& v, Self& x) {
  v("kind", x.kind);
  v("message", x.message);
  v("hint", x.hint);
}

template <class Visitor, Of<RepetitionPlan> Self>
void visit_fields(Visitor& v, Self& x) {
  v("window_s", x.window);
  v("min_batches", x.min_batches);
  v("warm_up_limit_s", x.warm_up_limit);
}

template <class Visitor, Of<Run> Self>
void visit_fields(Visitor& v, Self& x) {  // the samples go into the store as blobs, not into JSON
  v("id", x.id);
  v("experiment", x.experiment);
  v("point", x.point);
  v("order", x.order);
  v("block", x.block);
  v("status", x.status);
  v("failure", x.failure);
  v("output_check", x.output_check);
  v("workload", x.workload);
  v("preparation", x.preparation);
  v("plan", x.plan);
  v("took_s", x.took);
  v("elapsed_s", x.elapsed);
  v("warm_up_s", x.warm_up);
  v("stationary", x.stationary);
  v("windows", x.windows);
  v("own_cost", x.own_cost);
  v("warnings", x.warnings);
}

template <class Visitor, Of<IdleBaseline> Self>
void visit_fields(Visitor& v, Self& x) {
  v("channel", x.channel);
  v("power_w", x.power);
  v("interval", x.interval);
}

template <class Visitor, Of<PointStop> Self>
void visit_fields(Visitor& v, Self& x) {
  v("point", x.point);
  v("reason", x.reason);
}

template <class Visitor, Of<Resumption> Self>
void visit_fields(Visitor& v, Self& x) {
  v("resumed_at", x.resumed_at);
  v("first_run", x.first_run);
  v("machine", x.machine);
  v("channels", x.channels);
  v("idle_before", x.idle_before);
  v("idle_loaded", x.idle_loaded);
  v("idle_after", x.idle_after);
}

template <class Visitor, Of<Experiment> Self>
void visit_fields(Visitor& v, Self& x) {
  v("id", x.id);
  v("title", x.title);
  v("created_at", x.created_at);
  v("finished_at", x.finished_at);
  v("status", x.status);
  v("seed", x.seed);
  v("plan", x.plan);
  v("machine", x.machine);
  v("channels", x.channels);
  v("points", x.points);
  v("order", x.order);
  v("idle_before", x.idle_before);
  v("idle_loaded", x.idle_loaded);
  v("idle_after", x.idle_after);
  v("resumptions", x.resumptions);
  v("elapsed_s", x.elapsed);
  v("stops", x.stops);
  v("warnings", x.warnings);
}

}  // namespace wattlens::record
