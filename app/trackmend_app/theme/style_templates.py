"""Style sheet templates, one per family of widgets; `$token` is filled in from the theme."""

TEXTS = """
QWidget { color: $text; font-size: 13px; }
QWidget:disabled { color: $faint; }
QLabel { background: transparent; }
QLabel[kind="heading"] { color: $quiet; font-size: 11px; font-weight: 600; }
QLabel[kind="title"] { font-size: 17px; font-weight: 600; }
QLabel[kind="quiet"] { color: $quiet; }
QLabel[kind="small"] { color: $quiet; font-size: 11px; }
QLabel[kind="figure"] { font-weight: 600; }
QLabel[kind="clock"] { font-size: 15px; font-weight: 600; }
QLabel[kind="error"] { color: $error; }
QLabel[kind="doubt"] { color: $doubt; }
QLabel[kind="good"] { color: $good; }
QToolTip {
    background: $raised; color: $text; border: 1px solid $line; padding: 1px 2px;
}
"""

CONTAINERS = """
QMainWindow, QDialog, QMessageBox, QWizard { background: $ground; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $focus; }
QSplitter::handle { background: $line; }
QSplitter::handle:hover { background: $focus; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QFrame[kind="panel"], QWidget[kind="panel"] { background: $panel; }
QFrame[kind="card"] { background: $raised; border: 1px solid $line; border-radius: 8px; }
QFrame[kind="card"]:focus { border-color: $focus; }
QFrame[kind="card"]:hover { border-color: $faint; }
QFrame[kind="refusal"] { background: $raised; border: 1px solid $error; border-radius: 8px; }
QFrame[kind="open-card"] { background: $raised; border: 1px solid $focus; border-radius: 8px; }
QFrame[kind="answers"] { background: transparent; border: none; border-top: 1px solid $line; }
QFrame[kind="fix"] {
    background: $selection; border: none; border-left: 3px solid $good; border-radius: 4px;
}
QFrame[kind="other-fix"] {
    background: transparent; border: none; border-left: 3px solid $line; border-radius: 4px;
}
QFrame[kind="other-fix"]:hover { background: $hover; }
QFrame[kind="chip"] { background: $ground; border: 1px solid $line; border-radius: 5px; }
QFrame[frameShape="4"], QFrame[frameShape="5"] { color: $line; }
QGroupBox {
    border: 1px solid $line; border-radius: 8px; margin-top: 18px; padding: 10px 8px 8px 8px;
}
QGroupBox::title {
    subcontrol-origin: margin; left: 2px; top: 0px; color: $quiet; font-weight: 600;
}
QDockWidget { color: $quiet; font-size: 11px; font-weight: 600; }
QDockWidget::title {
    background: $panel; padding: 8px 10px 6px 12px; border-bottom: 1px solid $line;
}
QDockWidget::close-button, QDockWidget::float-button {
    background: transparent; border: none; border-radius: 4px; padding: 1px;
}
QDockWidget::close-button:hover, QDockWidget::float-button:hover { background: $hover; }
QStatusBar { background: $ground; border-top: 1px solid $line; color: $quiet; min-height: 26px; }
QStatusBar::item { border: none; }
QStatusBar QLabel { padding: 0 6px; }
QTabWidget::pane { border: 1px solid $line; border-radius: 6px; top: -1px; }
QTabBar { background: transparent; }
QTabBar::tab {
    background: transparent; color: $quiet; border: none; border-bottom: 2px solid transparent;
    padding: 7px 10px;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $action; }
QTabBar::tab:focus { border-bottom-color: $focus; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
"""

MENUS = """
QMenuBar { background: $ground; padding: 3px 6px; }
QMenuBar::item { background: transparent; padding: 5px 10px; border-radius: 5px; }
QMenuBar::item:selected { background: $hover; }
QMenuBar::item:disabled { color: $faint; }
QMenu { background: $raised; border: 1px solid $line; padding: 5px; }
QMenu::item { padding: 6px 28px 6px 12px; border-radius: 5px; margin: 0 1px; }
QMenu::item:selected { background: $action; color: $on_action; }
QMenu::item:disabled { color: $faint; background: transparent; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { background: $line; height: 1px; margin: 5px 8px; }
QMenu::indicator { width: 14px; height: 14px; padding-left: 8px; }
QMenu::indicator:checked { image: url($menu_check); }
QMenu::indicator:checked:selected { image: url($check); }
QToolBar {
    background: $panel; border: none; border-bottom: 1px solid $line;
    padding: 6px 8px; spacing: 6px;
}
QToolBar::separator { background: $line; width: 1px; margin: 5px 6px; }
QToolBar::handle { background: transparent; width: 4px; }
"""

BUTTONS = """
QPushButton, QToolButton {
    background: $raised; border: 1px solid $line; border-radius: 6px; padding: 5px 11px;
    min-height: 18px;
}
QPushButton { min-width: 34px; }
QToolButton { padding: 5px 8px; }
QPushButton:hover, QToolButton:hover { background: $hover; border-color: $faint; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:focus, QToolButton:focus { border-color: $focus; }
QPushButton:checked, QToolButton:checked { border-color: $focus; background: $selection; }
QPushButton:checked:focus, QToolButton:checked:focus { border: 2px solid $focus; }
QPushButton:checked:focus { padding: 4px 10px; }
QToolButton:checked:focus { padding: 4px 7px; }
QPushButton:disabled, QToolButton:disabled {
    background: $panel; border-color: $line; color: $faint;
}
QPushButton[kind="primary"], QToolButton[kind="primary"], QDialog QPushButton:default {
    background: $action; border-color: $action; color: $on_action;
}
QPushButton[kind="primary"], QToolButton[kind="primary"] { font-weight: 600; }
QPushButton[kind="primary"]:hover, QToolButton[kind="primary"]:hover,
QDialog QPushButton:default:hover { background: $action_hover; border-color: $action_hover; }
QPushButton[kind="primary"]:focus, QToolButton[kind="primary"]:focus,
QDialog QPushButton:default:focus { border-color: $focus; }
QPushButton[kind="primary"]:disabled, QToolButton[kind="primary"]:disabled,
QDialog QPushButton:default:disabled { background: $line; border-color: $line; color: $quiet; }
QPushButton[kind="danger"] { color: $error; }
QPushButton[kind="danger"]:hover { border-color: $error; }
QPushButton[kind="ghost"], QToolButton[kind="ghost"] {
    background: transparent; border-color: transparent;
}
QPushButton[kind="ghost"]:hover, QToolButton[kind="ghost"]:hover { background: $hover; }
QPushButton[kind="ghost"]:focus, QToolButton[kind="ghost"]:focus { border-color: $focus; }
QPushButton[kind="ghost"]:checked, QToolButton[kind="ghost"]:checked {
    background: $selection; border-color: $focus;
}
QPushButton[kind="small"], QToolButton[kind="small"] { padding: 2px 8px; font-size: 11px; }
QPushButton::menu-indicator, QToolButton::menu-indicator {
    image: url($chevron_down); width: 10px; height: 10px;
    subcontrol-origin: padding; subcontrol-position: center right; right: 7px;
}
QToolButton[popupMode="1"] { padding-right: 20px; }
QToolBar[narrow="true"] { spacing: 4px; }
QToolBar[narrow="true"] QToolButton { padding: 5px; }
QToolBar[narrow="true"] QToolButton:checked:focus { padding: 4px; }
QToolBar[narrow="true"] QToolButton[popupMode="1"] { padding-right: 20px; }
QToolButton::menu-button { border: none; width: 18px; }
QToolButton::menu-arrow { image: url($chevron_down); width: 10px; height: 10px; }
QToolButton[kind="primary"]::menu-arrow { image: url($chevron_on_action); }
QMessageBox QLabel#qt_msgbox_label { font-size: 14px; font-weight: 600; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QDialogButtonBox QPushButton { min-width: 72px; }
"""

FIELDS = """
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
    background: $field; border: 1px solid $line; border-radius: 6px; padding: 5px 8px;
    min-height: 18px; selection-background-color: $action; selection-color: $on_action;
}
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover { border-color: $faint; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus,
QComboBox:focus { border-color: $focus; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
    background: $panel; color: $faint;
}
QAbstractSpinBox QLineEdit, QComboBox QLineEdit {
    background: transparent; border: none; padding: 0; min-height: 0;
}
QLineEdit[invalid="true"] { border-color: $error; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button {
    background: transparent; border: none; width: 18px;
}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url($chevron_up); width: 9px; height: 9px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {
    image: url($chevron_down); width: 9px; height: 9px;
}
QComboBox { padding-right: 22px; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox[kind="head"] {
    background: transparent; border-color: transparent; padding: 0 0 0 6px; min-height: 16px;
    font-size: 12px; font-weight: 600;
}
QComboBox[kind="head"]:hover { border-color: $line; }
QComboBox[kind="head"]:focus { border-color: $focus; }
QComboBox[kind="head"]::drop-down { width: 18px; }
QComboBox::down-arrow { image: url($chevron_down); width: 10px; height: 10px; }
QComboBox QAbstractItemView {
    background: $raised; border: 1px solid $line; padding: 4px; outline: none;
    selection-background-color: $action; selection-color: $on_action;
}
QCheckBox, QRadioButton { background: transparent; spacing: 8px; }
QListWidget::indicator { width: 14px; height: 14px; }
QListWidget::indicator { background: $field; border: 1px solid $faint; border-radius: 4px; }
QListWidget::indicator:checked {
    background: $action; border-color: $action; image: url($check);
}
QCheckBox::indicator, QRadioButton::indicator {
    width: 15px; height: 15px; background: $field; border: 1px solid $faint;
}
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover, QCheckBox::indicator:focus,
QRadioButton::indicator:focus { border-color: $focus; }
QCheckBox::indicator:checked {
    background: $action; border-color: $action; image: url($check);
}
QCheckBox::indicator:indeterminate {
    background: $action; border-color: $action; image: url($dash);
}
QRadioButton::indicator:checked { background: $action; border-color: $action; image: url($dot); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {
    border-color: $line; background: $panel;
}
"""

LISTS = """
QAbstractItemView {
    background: $panel; border: none; outline: none; gridline-color: transparent;
    alternate-background-color: $raised;
    selection-background-color: $selection; selection-color: $text;
}
QTableView::item, QTreeView::item, QListView::item { padding: 0 6px; border: none; }
QTableView::item:hover, QTreeView::item:hover, QListView::item:hover { background: $hover; }
QTableView::item:selected, QTreeView::item:selected, QListView::item:selected {
    background: $selection; color: $text;
}
QListView::item { min-height: 26px; border-radius: 5px; }
QTableView, QTreeView, QListView { border: 1px solid transparent; }
QTableView:focus, QTreeView:focus, QListView:focus { border: 1px solid $focus; }
QHeaderView { background: $panel; }
QHeaderView::section {
    background: $panel; color: $quiet; border: none; border-bottom: 1px solid $line;
    padding: 6px 9px; font-size: 12px; font-weight: 500;
}
TrackTable QHeaderView::section:first { padding-left: 12px; }
QHeaderView::section:hover { color: $text; }
QHeaderView::section:pressed { background: $hover; }
QHeaderView::up-arrow, QHeaderView::down-arrow {
    subcontrol-origin: padding; subcontrol-position: center right; right: 8px;
}
QHeaderView::up-arrow { image: url($chevron_up); width: 8px; height: 8px; }
QHeaderView::down-arrow { image: url($chevron_down); width: 8px; height: 8px; }
QTableCornerButton::section { background: $panel; border: none; }
"""

SCROLL_BARS = """
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 11px; }
QScrollBar:horizontal { height: 11px; }
QScrollBar::handle { background: $line; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; background: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
"""

INDICATORS = """
QProgressBar {
    background: $line; border: none; border-radius: 3px; max-height: 6px; min-height: 6px;
    text-align: center; color: transparent;
}
QProgressBar::chunk { background: $action; border-radius: 3px; }
QProgressBar[state="done"]::chunk { background: $good; }
QProgressBar[state="failed"]::chunk { background: $error; }
QSlider { background: transparent; min-height: 20px; }
QSlider::groove:horizontal { background: $line; height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $action; height: 4px; border-radius: 2px; }
QSlider::handle:horizontal {
    background: $text; width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
    border: none;
}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { background: $focus; }
QSlider::groove:vertical { background: $line; width: 4px; border-radius: 2px; }
QSlider::add-page:vertical { background: $action; width: 4px; border-radius: 2px; }
QSlider::handle:vertical {
    background: $text; width: 14px; height: 14px; margin: 0 -5px; border-radius: 7px;
}
QSlider::groove:disabled, QSlider::sub-page:disabled { background: $line; }
QSlider::handle:disabled { background: $faint; }
"""
