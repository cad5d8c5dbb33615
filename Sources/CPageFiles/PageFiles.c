#include "CPageFiles.h"

// An extension in this dialect of C; the compiler notes the files, so that a change of one of them builds this anew.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char page_css[] = {
#embed "Files/page.css"
};
static const unsigned char machine_css[] = {
#embed "Files/machine.css"
};
static const unsigned char choices_js[] = {
#embed "Files/choices.js"
};
static const unsigned char data_js[] = {
#embed "Files/data.js"
};
static const unsigned char elements_js[] = {
#embed "Files/elements.js"
};
static const unsigned char inspector_js[] = {
#embed "Files/inspector.js"
};
static const unsigned char keys_js[] = {
#embed "Files/keys.js"
};
static const unsigned char ladder_js[] = {
#embed "Files/ladder.js"
};
static const unsigned char machine_js[] = {
#embed "Files/machine.js"
};
static const unsigned char main_js[] = {
#embed "Files/main.js"
};
static const unsigned char parts_js[] = {
#embed "Files/parts.js"
};
static const unsigned char scrolling_js[] = {
#embed "Files/scrolling.js"
};
static const unsigned char selection_js[] = {
#embed "Files/selection.js"
};
static const unsigned char stepper_js[] = {
#embed "Files/stepper.js"
};
static const unsigned char swipe_js[] = {
#embed "Files/swipe.js"
};
static const unsigned char teach_js[] = {
#embed "Files/teach.js"
};

static const struct page_file all_files[] = {
    {"page.css", page_css, sizeof page_css},
    {"machine.css", machine_css, sizeof machine_css},
    {"choices.js", choices_js, sizeof choices_js},
    {"data.js", data_js, sizeof data_js},
    {"elements.js", elements_js, sizeof elements_js},
    {"inspector.js", inspector_js, sizeof inspector_js},
    {"keys.js", keys_js, sizeof keys_js},
    {"ladder.js", ladder_js, sizeof ladder_js},
    {"machine.js", machine_js, sizeof machine_js},
    {"main.js", main_js, sizeof main_js},
    {"parts.js", parts_js, sizeof parts_js},
    {"scrolling.js", scrolling_js, sizeof scrolling_js},
    {"selection.js", selection_js, sizeof selection_js},
    {"stepper.js", stepper_js, sizeof stepper_js},
    {"swipe.js", swipe_js, sizeof swipe_js},
    {"teach.js", teach_js, sizeof teach_js},
};

const struct page_file *const page_file_list = all_files;
const size_t page_file_count = sizeof all_files / sizeof *all_files;
